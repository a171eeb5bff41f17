"""Staff book a visit for a patient: from free times, or any time with a reason.

It is a plain page; `static/js/drawer.js` opens it beside whatever staff are looking at. What is
chosen on it asks for a part of the page anew.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from appointments.admin import (
    booking_choice,
    booking_search,
    practice_time,
    restricted_records,
    same_person,
    workflow_actions,
)
from appointments.admin.booking_choice import (
    PAGE,
    SOONEST,
    TIMES,
    BookingStart,
    VisitChoiceForm,
    asked_for,
)
from appointments.admin.booking_forms import StaffBookingForm
from appointments.admin.booking_refusals import attempt
from appointments.admin.page_context import page_context
from appointments.booking import staff_booking
from appointments.calls import phone_notes
from appointments.models import Appointment, Patient
from appointments.waitlist import by_hand, own_visits
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key

FOUND = "admin/appointments/_booking_found.html"


def book_view(admin: ModelAdmin, request: HttpRequest, object_id: str = "") -> HttpResponse:
    """Book a visit for the patient `object_id`, for the one in the address, or for a new one."""
    patient = _patient_or_404(object_id) if object_id else None
    asked = asked_for(request)
    start = may_book(request, asked, patient)
    if start.patient and start.patient.is_restricted:
        return restricted_records.page(admin, request, start.patient)
    choice = VisitChoiceForm(start.values)
    form = booking_form(request, start, choice, asked)
    status = 200
    sent = request.method == "POST" and form.is_valid()
    if sent and not same_person.must_ask(request, form, form.details()):
        found = attempt(form, lambda: _book(request, form))
        if found:
            admin.log_addition(request, found, [{"added": {}}])
            _say_who_waits(request, found)
            messages.success(request, _booked_words(found))
            return redirect("admin:appointments_appointment_change", found.pk)
        status = 409
    return book_page(admin, request, start, form, choice, status)


# ── the parts of the pages that change with what is chosen ──


def book_times_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return the fourteen days and the times of one, for the chosen service and state."""
    asked = asked_for(request)
    start = may_book(request, asked, None)
    choice = VisitChoiceForm(start.values)
    form = booking_form(request, start, choice, asked)
    return disclosures.declare_none(TemplateResponse(request, TIMES, {"form": form}))


@method_decorator(require_POST)
def book_who_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return whom a search means, each to book for: the list alone for htmx, else the whole page.

    What is typed is mostly a name. So it is posted; so is the wish to write down somebody new.
    """
    asked = asked_for(request)
    start = may_book(request, asked, None)
    if not sees_patients(request):
        raise PermissionDenied
    if not request.htmx:  # type: ignore[attr-defined]  # of django-htmx
        choice = VisitChoiceForm(start.values)
        form = booking_form(request, start, choice, asked, is_sent=False)
        return book_page(admin, request, start, form, choice)
    context = booking_search.found_context(asked, request.user)
    return disclosures.declare(TemplateResponse(request, FOUND, context), context["found"])


# ── what the pages share with their parts ──


def book_page(
    admin: ModelAdmin,
    request: HttpRequest,
    start: BookingStart,
    form: StaffBookingForm,
    choice: VisitChoiceForm,
    status: int = 200,
) -> HttpResponse:
    """Return the page that books, with its form as it stands."""
    asked = asked_for(request)
    context = page_context(admin, request, _("Book a visit"), Appointment)
    context |= who_context(request, start, asked)
    context |= {
        "choice": choice,
        "asked": asked,
        "form": form,
        "book_url": booking_search.book_url(request, asked),
    }
    known = [*context["found"], *[row for row in (start.patient, start.entry) if row]]
    page = TemplateResponse(request, PAGE, context, status=status)
    return disclosures.declare(page, known, form.asked_about, same_person.asked_about(form))


def may_book(request: HttpRequest, asked: QueryDict, patient: Patient | None) -> BookingStart:
    """Return what the booking begins with. Raises PermissionDenied where it names unseen people."""
    if not request.user.has_perm("appointments.add_appointment"):
        raise PermissionDenied
    sees = {"patient": sees_patients(request)}
    sees["entry"] = request.user.has_perm("appointments.view_waitlistentry")
    if any(name in asked and not may for name, may in sees.items()):
        raise PermissionDenied
    if patient is not None and not sees["patient"]:
        raise PermissionDenied
    return booking_choice.read(asked, patient)


def sees_patients(request: HttpRequest) -> bool:
    """Whether this person may look patients up."""
    may = request.user.has_perm
    return bool(may("appointments.view_patient") or may("appointments.change_patient"))


def _phone(patient: Patient) -> str:
    contact = phone_notes.contacts_of([patient]).get(patient.pk, "")
    return phone_notes.with_note(phone_numbers.as_link(patient.phone), contact)


def who_context(request: HttpRequest, start: BookingStart, asked: QueryDict) -> dict[str, Any]:
    """Return whom the page is about, or who was found by a search for them."""
    found: dict[str, Any] = {"found": []}
    if not start.who_is_clear:
        seen = asked if sees_patients(request) else QueryDict()
        found = booking_search.found_context(seen, request.user)
    return found | {
        "patient": start.patient,
        "phone": _phone(start.patient) if start.patient else "",
        "entry": start.entry,
        "is_new": start.is_new,
        "who_is_clear": start.who_is_clear,
    }


def booking_form(
    request: HttpRequest,
    start: BookingStart,
    choice: VisitChoiceForm,
    asked: QueryDict,
    *,
    is_sent: bool = True,
) -> StaffBookingForm:
    """Return the form about the time and the patient, for what is chosen so far."""
    chosen: dict[str, Any] = {"state": ""}
    if choice.is_valid() or choice.cleaned_data:
        chosen |= choice.cleaned_data
    chosen["day"] = chosen.get("day") or start.day
    return StaffBookingForm(
        (request.POST or None) if is_sent else None,
        choice=chosen | {"soonest": SOONEST in asked},
        patient=start.patient,
        entry=start.entry,
        starts_at=start.starts_at,
        typed=asked,
        is_clear=start.who_is_clear,
    )


def _book(request: HttpRequest, form: StaffBookingForm) -> Appointment:
    by = workflow_actions.changed_by(request)
    if form.entry:
        return by_hand.book_for(form.entry, form.wish(), form.details(), by=by)
    return staff_booking.book_for_patient(form.wish(), form.details(), by=by)


def _booked_words(visit: Appointment) -> SafeString:
    """Return that it is booked, with a link to it: who books from the day stays there."""
    url = reverse("admin:appointments_appointment_change", args=[visit.pk])
    when = practice_time.format_short_datetime(visit.starts_at)
    told = _("The visit is booked. An e-mail tells the patient.")
    if not visit.email:
        told = _("The visit is booked. They have no e-mail address: it is a call to make.")
    return format_html('{} <a href="{}">{}</a>', told, url, when)


def _say_who_waits(request: HttpRequest, visit: Appointment) -> None:
    """Name the waitlist entries for the same kind of visit, so that staff ask whether they stay."""
    for entry in own_visits.entries_beside(visit):
        text = format_html(
            '{} <a href="{}">{}</a>',
            _("They are on the waitlist for this kind of visit, too. Ask whether they stay on it:"),
            reverse("admin:appointments_waitlistentry_change", args=[entry.pk]),
            _("the place"),
        )
        messages.warning(request, text)


def _patient_or_404(object_id: str) -> Patient:
    patient = Patient.objects.kept().filter(pk=parse_key(object_id)).first()
    if patient is None:
        raise Http404("No such patient")
    return patient
