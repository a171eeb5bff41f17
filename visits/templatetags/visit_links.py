"""Where an appointment's pages in the admin lead on to what visits know of it."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.models import Appointment, Status
from visits.who_conducts import may_conduct

register = template.Library()
HELD = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)
ANSWERS = ("visits.view_questionnaireresponse", "visits.view_consentsignature")
NOTES = "visits.view_visitnote"


@register.simple_tag(takes_context=True)
def visit_links(context: template.Context, appointment: Appointment) -> list[tuple[str, Any]]:
    """Return address and words of each page of this visit that is for whoever looks."""
    user = context["request"].user
    if appointment.patient_id is None:
        return []
    found = []
    if appointment.status in HELD and may_conduct(user, appointment):
        found.append(("visits_room", _("Open the room")))
    if any(user.has_perm(name) for name in ANSWERS):
        found.append(("visit_answers", _("Answers before the visit")))
    if user.has_perm(NOTES):
        found.append(("visits_notes", _("Notes of visits")))
    return [(reverse(f"admin:{name}", args=[appointment.pk]), words) for name, words in found]
