"""What pages of an appointment say of its forms: `{% load intake %}{% visit_forms … %}`."""

from typing import Any

from django import template

from appointments.links import VisitLink
from visits.intake import plans

register = template.Library()


@register.inclusion_tag("visits/_forms_link.html")
def visit_forms(link: VisitLink, status: str) -> dict[str, Any]:
    """Show the way to the forms of a visit, while they can be filled in.

    Of a link that went through no mailbox it says where to find them, and nothing of how far they
    are. `status` is the one that the page shows: whoever proved no address is told no other.
    """
    appointment = link.appointment
    if status not in plans.TAKES_PLACE or not plans.is_time_for(appointment):
        return {}
    if not link.acts_for_patient:
        asked = plans.asked_of(appointment.service)
        return {"by_mail": bool(asked)}
    steps = plans.steps(appointment)
    done = sum(step.is_done for step in steps)
    begun = any(step.is_begun or step.is_done for step in steps)
    return {
        "link": link,
        "total": len(steps),
        "left": len(steps) - done,
        "done": done,
        "begun": begun,
    }
