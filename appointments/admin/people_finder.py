"""Who somebody at the desk means by a few letters or digits: the likeliest first, at once.

Those whose name begins so come first, then whose next visit is soonest.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.contrib import admin
from django.db.models import Min, QuerySet
from django.http import HttpRequest

from appointments.admin import patient_search
from appointments.admin.patient_search import CALLER, RECORD, TYPED
from appointments.models import Appointment, Patient, Status
from core.database import database_time, word_search
from core.people import name_matching
from core.people.name_matching import Plain, plain
from core.validation.primary_keys import parse_key

FEWEST = 2  # letters or digits
MOST_COMPARED = 300  # of each way to be found: whoever finds more types more
_VISIT_NUMBER = re.compile(r"#?\s*(\d{1,18})")


class Person(NamedTuple):
    """A record, and its next visit or the one that is on."""

    patient: Patient
    next_visit: Appointment | None


class Found(NamedTuple):
    """Whom a search found."""

    people: Sequence[Person] = ()
    has_more: bool = False
    is_similar: bool = False  # nobody is spelled so: their names are nearly so
    visit: Appointment | None = None  # whose number was typed


def may_find(request: HttpRequest) -> bool:
    """Return whether this person may see patients at all."""
    return request.user.has_perm("appointments.view_patient")


def visible(request: HttpRequest) -> QuerySet[Patient]:
    """Return the records that this person may see."""
    return admin.site.get_model_admin(Patient).get_queryset(request)


def is_enough(term: str) -> bool:
    """Return whether it says so much that it is looked for."""
    return len(term) >= FEWEST or term.isdecimal()


def find(term: str, most: int, patients: QuerySet[Patient]) -> Found:
    """Return at most so many of those of these patients whom `term` means."""
    term = term.replace("\0", "").strip()
    if not is_enough(term):
        return Found()
    keys = _keys(term)
    is_similar = not keys and patient_search.may_be_mistyped(term)
    if is_similar:
        similar = patient_search.similar(term)
        theirs = word_search.among(patients.order_by(), set(similar))
        kept = set(theirs.values_list("pk", flat=True))
        shown = [pk for pk in similar if pk in kept]
    else:
        shown = _likeliest(term, keys, patients) if keys else []
    records = patients.in_bulk(shown[:most])
    people = with_next_visit(records[pk] for pk in shown[:most])
    return Found(people, len(shown) > most, is_similar and bool(shown), _visit(term, patients))


def _keys(term: str) -> set[int]:
    """Return the keys of the records that are meant themselves, by one that was merged into them,
    or by what was typed for a visit; of many only some."""
    own = Patient.objects.filter(RECORD.matching(term)).order_by()
    visits = Appointment.objects.filter(patient__isnull=False).order_by()
    called = visits.exclude(booked_by="").alias(caller=Plain("booked_by"))
    parts: list[QuerySet] = [
        own.values_list(patient_search.KEPT),
        called.filter(CALLER.matching(term)).values_list("patient"),
    ]
    if re.search(r"[\d@]", term):
        parts.append(visits.filter(TYPED.matching(term)).values_list("patient"))
    return {key for part in parts for (key,) in part[:MOST_COMPARED]}


def _likeliest(term: str, keys: set[int], patients: QuerySet[Patient]) -> list[int]:
    """Return the keys of those of these patients in their order."""
    people = word_search.among(patients.order_by(), keys)
    names = people.values_list("pk", "search_name", "last_name", "first_name")
    words = [plain(word) for word in name_matching.words(term)]
    ahead = _next_starts(keys)
    never = datetime.max.replace(tzinfo=UTC)

    def place(row: tuple[int, str, str, str]) -> tuple:
        pk, whole, last, first = row
        surname = plain(last)
        begins = all(whole.startswith(word) or surname.startswith(word) for word in words)
        return not begins, ahead.get(pk, never), surname, first, pk

    return [row[0] for row in sorted(names, key=place)]


def _next_starts(keys: set[int]) -> dict[int, datetime]:
    theirs = word_search.among(_ahead(), keys, column="patient")
    return dict(theirs.order_by().values_list("patient").annotate(Min("starts_at")))


def _ahead() -> QuerySet[Appointment]:
    """Return the visits that are on or to come."""
    live = [Status.BOOKED, Status.CHECKED_IN]
    return Appointment.objects.filter(status__in=live, ends_at__gt=database_time.now())


def with_next_visit(patients: Iterable[Patient]) -> list[Person]:
    """Return these, each with the next visit."""
    patients = list(patients)
    visits = _ahead().filter(patient__in=patients).order_by("patient_id", "starts_at")
    following = {each.patient_id: each for each in visits.distinct("patient_id")}
    return [Person(patient, following.get(patient.pk)) for patient in patients]


def _visit(term: str, patients: QuerySet[Patient]) -> Appointment | None:
    match = _VISIT_NUMBER.fullmatch(term)
    if match is None:
        return None
    visits = Appointment.objects.filter(patient__in=patients.order_by().values("pk"))
    return visits.filter(pk=parse_key(match[1])).select_related("patient").first()
