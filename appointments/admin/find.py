"""The search for people in the header of every page: as one types, and as a page of its own.

What is typed is mostly a name. So it is posted: no address, history or log of a web server has it.
"""

from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from appointments.admin import people_finder, practice_time
from appointments.admin.people_finder import Found, Person
from appointments.calls import phone_notes
from appointments.models import Appointment, Patient
from core.people import phone_numbers
from core.staff.audit import disclosures

AT_ONCE, ON_A_PAGE = 8, 50  # people: while one types, and on the page
HELP = _("Name, phone, birth date, e-mail or visit number")


class Row(NamedTuple):
    """What stands of one person. A link is empty for whom the role does not let there."""

    patient: Patient
    phone: str
    open_url: str
    book_url: str
    when: str
    visit_url: str


@admin.site.register_page("find/")  # type: ignore[attr-defined]  # our site: core.staff
def find(request: HttpRequest) -> HttpResponse:
    """Return the page of those whom the search found, for who presses Enter."""
    term, found = _asked(request, ON_A_PAGE)
    context = admin.site.each_context(request) | _shown(request, term, found)
    context |= {"title": _("Find somebody"), "help": HELP, "most": ON_A_PAGE}
    page = TemplateResponse(request, "admin/appointments/find.html", context)
    return _declared(page, found)


@admin.site.register_page("find/rows/")  # type: ignore[attr-defined]  # our site: core.staff
@require_POST
def find_rows(request: HttpRequest) -> HttpResponse:
    """Return the few likeliest, to show below the box while somebody types."""
    term, found = _asked(request, AT_ONCE)
    shown = _shown(request, term, found)
    fragment = TemplateResponse(request, "admin/appointments/_find_rows.html", shown)
    return _declared(fragment, found)


def _asked(request: HttpRequest, most: int) -> tuple[str, Found]:
    if not people_finder.may_find(request):
        raise PermissionDenied
    term = request.POST.get("q", "").replace("\0", "").strip()
    found = people_finder.find(term, most, people_finder.visible(request))
    return term, found if _sees_visits(request) else found._replace(visit=None)


def _shown(request: HttpRequest, term: str, found: Found) -> dict[str, Any]:
    visit = found.visit
    contacts = phone_notes.contacts_of(person.patient for person in found.people)
    book = reverse("admin:appointments_appointment_book")
    return {
        "term": term,
        "too_short": not people_finder.is_enough(term),
        "found": found,
        "rows": [
            _row(request, person, contacts.get(person.patient.pk, "")) for person in found.people
        ],
        "visit": visit and {"visit": visit, "when": _when(visit), "url": _visit_url(visit)},
        "new_url": f"{book}?new=1" if _may_book(request) else "",
    }


def _row(request: HttpRequest, person: Person, contact: str) -> Row:
    patient, visit = person
    book = reverse("admin:appointments_appointment_book")
    sees = visit is not None and _sees_visits(request)
    return Row(
        patient,
        phone_notes.with_note(phone_numbers.as_link(patient.phone), contact),
        reverse("admin:appointments_patient_change", args=[patient.pk]),
        f"{book}?patient={patient.pk}" if _may_book(request) else "",
        _when(visit) if visit and sees else "",
        _visit_url(visit) if visit and sees else "",
    )


def _when(visit: Appointment) -> str:
    return practice_time.format_short_datetime(visit.starts_at)


def _visit_url(visit: Appointment) -> str:
    return reverse("admin:appointments_appointment_change", args=[visit.pk])


def _sees_visits(request: HttpRequest) -> bool:
    return request.user.has_perm("appointments.view_appointment")


def _may_book(request: HttpRequest) -> bool:
    return request.user.has_perm("appointments.add_appointment")


def _declared(response: HttpResponse, found: Found) -> HttpResponse:
    people = [person.patient for person in found.people]
    visits = [found.visit] if found.visit else []
    return disclosures.declare_search(response, Patient, people, visits)
