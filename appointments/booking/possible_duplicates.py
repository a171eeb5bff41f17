"""Records that may be a person's who is about to get another: asked before a second one is made."""

from django.db.models import Q, QuerySet

from appointments.booking import patients
from appointments.booking.patients import Person
from appointments.models import Patient
from core.people import phone_numbers
from core.people.name_matching import plain

MOST = 10  # a family, or a house, with one number


def find(person: Person, among: QuerySet[Patient]) -> list[Patient]:
    """Return the records in `among` that may be this person's, the likeliest first.

    The name and the birth date are the same, or the birth date and one of both names, or the phone
    number; also of a record that was merged into another. None where the person is one already, by
    the `match_key`: then no second record is made.
    """
    if patients.known_as(patients.match_key(person)).exists():
        return []
    same_day = Patient.objects.filter(birth_date=person.birth_date).order_by("pk")
    found = [each for each in same_day[:1000] if _shares_name(each, person)]
    found.sort(
        key=lambda each: each.search_name != plain(f"{person.first_name} {person.last_name}")
    )
    if person.phone:
        found += Patient.objects.filter(_has_number(person.phone)).order_by("pk")[:MOST]
    keys = list(dict.fromkeys(each.merged_into_id or each.pk for each in found))
    rows = among.filter(pk__in=keys).in_bulk()
    return [rows[key] for key in keys if key in rows][:MOST]


def _shares_name(patient: Patient, person: Person) -> bool:
    """Whether one name of both is the same, or they are written in the other order."""
    theirs = {plain(patient.first_name), plain(patient.last_name)} - {""}
    return bool(theirs & {plain(person.first_name), plain(person.last_name)})


def _has_number(phone: str) -> Q:
    """Those with this number, whatever the extension."""
    number = phone_numbers.parse_phone(phone)
    alone = number.as_e164 if number.is_valid() else str(number)
    return Q(phone=alone) | Q(phone__startswith=alone + ";")
