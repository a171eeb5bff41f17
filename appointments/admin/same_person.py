""" "Is it one of these?" Asked of staff who are about to write down somebody who may be known.

Only staff who may see patients are asked: on the public pages it would tell a stranger who is one.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin import people_finder, practice_time
from appointments.booking import possible_duplicates
from appointments.booking.patients import Person
from appointments.models import Patient
from core.validation.primary_keys import parse_key

FIELD, NOBODY_OF_THESE = "patient", "new"


def bookable(request: HttpRequest) -> QuerySet[Patient]:
    """Return the records that this person may see and book for."""
    return people_finder.visible(request).filter(restricted_at=None)


def chosen(request: HttpRequest) -> Patient | None:
    """Return the patient whom staff said it is; None where they said nobody, or nothing yet."""
    if request.method != "POST" or not people_finder.may_find(request):
        return None
    return bookable(request).filter(pk=parse_key(request.POST.get(FIELD))).first()


def must_ask(request: HttpRequest, form: Any, person: Person) -> bool:
    """Return whether the person of this valid form may be one whom we know, and let the form ask.

    Nobody is asked twice: who says that it is none of these, is believed.
    """
    if (
        form.patient
        or request.POST.get(FIELD) == NOBODY_OF_THESE
        or not people_finder.may_find(request)
    ):
        return False
    alike = possible_duplicates.find(person, bookable(request))
    form.may_be = [_words(person) for person in people_finder.with_next_visit(alike)]
    if alike:
        form.add_error(None, _("Is it one of these? Please choose, and press the button again."))
    return bool(alike)


def asked_about(form: Any) -> list[Patient]:
    """Return the patients whom the form shows, for the audit trail."""
    return [patient for patient, _when in getattr(form, "may_be", ())]


def _words(person: people_finder.Person) -> tuple[Patient, str]:
    """Return whom it may be, and when their next visit is, if they have one."""
    patient, visit = person
    zone = practice_time.zone()
    return patient, practice_time.format_short_datetime(visit.starts_at, zone) if visit else ""
