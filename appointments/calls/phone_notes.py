"""What stands beside every phone number of a patient: whether a voice message may be left.

Only who said that a message is fine gets one. Who would rather have e-mail has not said so.
"""

from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.translation import gettext as _

from appointments.models import Appointment, Patient


def note(contact: str) -> str:
    """Return what staff read of somebody who chose this; empty where nobody was asked."""
    if not contact:
        return ""
    if contact == Appointment.Contact.MESSAGE:
        return _("a message is fine")
    return _("leave no message")


def with_note(number: str, contact: str) -> str:
    """Return the number, a link that dials it, with that in brackets; empty without a number."""
    words = note(contact)
    if not number or not words:
        return number
    return format_html('{} <span class="phone-note">({})</span>', number, words)


def contacts_of(patients: Iterable[Patient]) -> dict[int, str]:
    """Return what each of these chose at the latest visit, by their keys. For one page of them."""
    visits = Appointment.objects.filter(patient__in=[patient.pk for patient in patients])
    latest = visits.exclude(contact="").order_by("patient", "-starts_at").distinct("patient")
    return dict(latest.values_list("patient", "contact"))
