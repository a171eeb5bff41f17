"""What a patient's page in the admin says of messages: `{% threads_with patient %}`."""

from typing import Any

from django import template

from appointments.admin import practice_time
from appointments.models import Patient
from messaging import staff_rights

register = template.Library()
SHOWN = 5


@register.inclusion_tag("admin/messaging/_threads_with.html", takes_context=True)
def threads_with(context: template.Context, patient: Patient) -> dict[str, Any]:
    """Show the newest threads with this patient that whoever looks may read."""
    user = context["request"].user
    if not staff_rights.teams_of(user):
        return {}
    threads = staff_rights.threads_for(user).of_patient(patient).order_by("-last_at", "-pk")
    zone = practice_time.zone()
    shown = threads[: SHOWN + 1]
    return {
        "patient": patient,
        "may_read": True,
        "rows": [
            (thread, practice_time.format_short_datetime(thread.last_at, zone))
            for thread in shown[:SHOWN]
        ],
        "more": len(shown) > SHOWN,
    }
