"""What an appointment's page shows of the visit afterwards."""

from typing import Any

from django import template

from appointments.links import VisitLink
from appointments.models import Appointment
from core.database import database_time
from visits import summaries

register = template.Library()


@register.inclusion_tag("visits/_after_visit.html", takes_context=True)
def after_visit(context: template.Context, link: VisitLink) -> dict[str, Any]:
    """Show what was shared with the patient, to them and to who stands for them."""
    said = summaries.shared_with(link.appointment) if link.acts_for_patient else None
    if said is None:
        return {"said": None}
    coming = _next_of(link.appointment)
    return {
        "said": said,
        "next": coming,
        "next_page": link.page_of(coming) if coming else "",
        "practice": context.get("practice"),
    }


def _next_of(appointment: Appointment) -> Appointment | None:
    """Return this patient's next visit that has the same address: its link goes there alone."""
    upcoming = Appointment.objects.upcoming(database_time.now()).of_address(appointment.email)
    own = upcoming.filter(patient=appointment.patient).exclude(pk=appointment.pk)
    return own.order_by("starts_at").first()
