"""A phone number corrected on a patient's record reaches what was booked with the old one."""

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import ngettext

from appointments.booking import corrections
from appointments.models import Patient
from appointments.waitlist import corrections as waitlist_corrections


def follow(admin: ModelAdmin, request: HttpRequest, patient: Patient, *, was: Patient) -> None:
    """Correct the visits to come and the places in line of this patient, and say how many.

    `was` is the record as it stood before.
    """
    visits = corrections.correct_phone(patient, was=was.phone)
    for visit in visits:
        admin.log_change(request, visit, _now("Phone number corrected on the patient’s record"))
    places = waitlist_corrections.correct_phone(patient, was=was.phone, known_as=was.match_key)
    if visits:
        text = ngettext(
            "The new phone number stands on %d booked visit, too.",
            "The new phone number stands on %d booked visits, too.",
            len(visits),
        )
        admin.message_user(request, text % len(visits))
    if places:
        text = ngettext(
            "And on %d place on the waitlist.", "And on %d places on the waitlist.", places
        )
        admin.message_user(request, text % places)
