"""Who a booking is for, found by what staff type: each leads on to the booking for them."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from appointments.admin import booking_choice, patient_search, practice_time
from appointments.calls import phone_notes
from appointments.models import Appointment, Patient
from core.database import database_time
from core.people import phone_numbers

SHOWN = 8
WHO = "appointments_appointment_book_who"
SHORTEST = 2  # letters of a search


def found_context(asked: QueryDict, user: Any) -> dict[str, Any]:
    """Return what the list of whom `user` finds says; `found` are those who stand in it."""
    term = asked.get("q", "").replace("\0", "").strip()
    patients = Patient.objects.kept().visible_to(user)
    found: list[Patient] = []
    if len(term) >= SHORTEST:
        found = list(patient_search.find_patients(patients, term)[: SHOWN + 1])
    carried = _carried(asked)
    next_visits = _next_visits(found)
    contacts = phone_notes.contacts_of(found)
    rows = [
        {
            "patient": patient,
            "phone": phone_notes.with_note(
                phone_numbers.as_link(patient.phone), contacts.get(patient.pk, "")
            ),
            "next": next_visits.get(patient.pk, ""),
            "query": urlencode(carried | {"patient": patient.pk}),
        }
        for patient in found[:SHOWN]
    ]
    return {
        "term": term,
        "carried": carried,
        "found": found[:SHOWN],
        "help": patient_search.SEARCH_HELP,
        "rows": rows,
        "more": len(found) > SHOWN,
    }


def book_url(request: HttpRequest, asked: QueryDict) -> str:
    """Return the address that books what this page shows. No address has what was searched for."""
    if request.resolver_match and request.resolver_match.url_name != WHO:
        return request.get_full_path()
    new = {"new": "1"} if "new" in asked else {}
    return reverse("admin:appointments_appointment_book", query=_carried(asked) | new)


def _next_visits(found: list[Patient]) -> dict[int, str]:
    """Return when the next visit of each is, as far as there is one."""
    zone = practice_time.zone()
    visits = Appointment.objects.upcoming(database_time.now()).filter(patient__in=found)
    rows = visits.order_by("-starts_at").values_list("patient", "starts_at")
    return {pk: practice_time.format_short_datetime(at, zone) for pk, at in rows}


def _carried(asked: QueryDict) -> dict[str, str]:
    """Return what was chosen before the patient was, other than what is proposed to everybody."""
    usual = booking_choice.read(QueryDict()).values
    chosen = {name: str(asked[name]) for name in booking_choice.CHOSEN if name in asked}
    also = {name: str(asked[name]) for name in ("starts_at", "entry") if asked.get(name)}
    return {name: value for name, value in chosen.items() if value != usual.get(name)} | also
