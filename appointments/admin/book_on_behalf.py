"""Staff book a visit for a patient, and move one: from free times, or any time with a reason.

Each is a plain page; `static/js/drawer.js` opens it beside whatever staff are looking at. What is
chosen on it asks for a part of the page anew.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import (
    booking_choice,
    booking_search,
    practice_time,
    restricted_records,
    same_person,
    workflow_actions,
)
from appointments.admin.booking_choice import BookingStart, FreeTimesForm, VisitChoiceForm
from appointments.admin.booking_forms import StaffBookingForm
from appointments.admin.booking_refusals import attempt
from appointments.admin.visit_time_forms import StaffMoveForm
from appointments.booking import staff_booking
from appointments.models import Appointment, Patient
from appointments.waitlist import by_hand, own_visits
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key

PAGE = "admin/appointments/book_or_move.html"
TIMES = "admin/appointments/_booking_times.html"
FOUND = "admin/appointments/_booking_found.html"
SOONEST = "soonest"  # asked for with a day: another where that one has no time


def book_view(admin: ModelAdmin, request: HttpRequest, object_id: str = "") -> HttpResponse:
    """Book a visit for the patient `object_id`, for the one in the address, or for a new one."""
    patient = _patient_or_404(object_id) if object_id else None
    asked = asked_for(request)
    start = may_book(request, asked, patient)
    if start.patient and start.patient.is_restricted:
        return restricted_records.page(admin, request, start.patient)
    choice = VisitChoiceForm(start.values)
    context = _context(admin, request, _("Book a visit")) | who_context(request, start, asked)
    context |= {"choice": choice, "asked": asked}
    known = [*context["found"], *[row for row in (start.patient, start.entry) if row]]
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
    page = TemplateResponse(request, PAGE, context | {"form": form}, status=status)
    return disclosures.declare(page, known, form.asked_about, same_person.asked_about(form))


def move_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Move a booked visit to another time or provider."""
    visit = visit_to_move(admin, request, object_id)
    choice, form = move_forms(request, visit)
    status = 200
    if request.method == "POST" and form.is_valid():
        found = attempt(form, lambda: _move(request, visit, form))
        if found and found.sequence == visit.sequence:
            return _back_to(request, found, _("That is the time it has. Nothing has changed."))
        if found:
            admin.log_change(request, found, _now("Moved"))
            told = _("The visit is moved. An e-mail tells the patient.")
            if not found.email:
                told = _("The visit is moved. They have no e-mail address: it is a call to make.")
            return _back_to(request, found, told)
        status = 409
    context = _context(admin, request, _("Move the visit")) | {
        "choice": choice,
        "patient": visit.patient,
        "phone": phone_numbers.as_link(visit.phone),
        "visit": visit,
        "visit_words": _both_clocks(visit),
        "subtitle": practice_time.format_datetime(visit.starts_at, practice_time.zone()),
        "form": form,
    }
    page = TemplateResponse(request, PAGE, context, status=status)
    return disclosures.declare(page, [visit], form.asked_about)


# ── the parts of the pages that change with what is chosen ──


def book_times_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return the fourteen days and the times of one, for the chosen service and state."""
    asked = asked_for(request)
    start = may_book(request, asked, None)
    choice = VisitChoiceForm(start.values)
    form = booking_form(request, start, choice, asked)
    return disclosures.declare_none(TemplateResponse(request, TIMES, {"form": form}))


def move_times_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Return the fourteen days and the times of one, for the visit that is moved."""
    visit = visit_to_move(admin, request, object_id)
    _choice, form = move_forms(request, visit)
    return disclosures.declare_none(
        TemplateResponse(request, TIMES, {"form": form, "visit": visit})
    )


def book_who_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return the patients whom a search means, each to book for, and the way to a new one."""
    asked = asked_for(request)
    may_book(request, asked, None)
    if not sees_patients(request):
        raise PermissionDenied
    context = booking_search.found_context(asked, request.user)
    return disclosures.declare(TemplateResponse(request, FOUND, context), context["found"])


# ── what the pages share with their parts ──


def asked_for(request: HttpRequest) -> QueryDict:
    """Return what the address says, and the form where it says something else."""
    asked = request.GET.copy()
    for name in {*request.POST} - {"csrfmiddlewaretoken"}:
        asked.setlist(name, request.POST.getlist(name))
    return asked


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


def who_context(request: HttpRequest, start: BookingStart, asked: QueryDict) -> dict[str, Any]:
    """Return whom the page is about, or who was found by a search for them."""
    found: dict[str, Any] = {"found": []}
    if not start.who_is_clear:
        seen = asked if sees_patients(request) else QueryDict()
        found = booking_search.found_context(seen, request.user)
    return found | {
        "patient": start.patient,
        "phone": phone_numbers.as_link(start.patient.phone) if start.patient else "",
        "entry": start.entry,
        "is_new": start.is_new,
        "who_is_clear": start.who_is_clear,
    }


def booking_form(
    request: HttpRequest, start: BookingStart, choice: VisitChoiceForm, asked: QueryDict
) -> StaffBookingForm:
    """Return the form about the time and the patient, for what is chosen so far."""
    chosen: dict[str, Any] = {"state": ""}
    if choice.is_valid() or choice.cleaned_data:
        chosen |= choice.cleaned_data
    chosen["day"] = chosen.get("day") or start.day
    return StaffBookingForm(
        request.POST or None,
        choice=chosen | {"soonest": SOONEST in asked},
        patient=start.patient,
        entry=start.entry,
        starts_at=start.starts_at,
        typed=asked,
        is_clear=start.who_is_clear,
    )


def visit_to_move(admin: ModelAdmin, request: HttpRequest, object_id: str) -> Appointment:
    """Return the visit, or raise PermissionDenied or Http404."""
    if not request.user.has_perm("appointments.change_appointment"):
        raise PermissionDenied
    visit = admin.get_object(request, unquote(object_id))
    if visit is None or visit.patient is None:
        raise Http404("No such visit")
    return visit


def move_forms(request: HttpRequest, visit: Appointment) -> tuple[FreeTimesForm, StaffMoveForm]:
    """Return the choice of free times, and the form about the time."""
    asked = asked_for(request)
    starts_at = booking_choice.parse_start(asked.get("starts_at", ""))
    values = {"provider": str(visit.provider_id)}
    values |= {name: str(asked[name]) for name in ("provider", "day") if name in asked}
    choice = FreeTimesForm(values)
    chosen: dict[str, Any] = {"provider": visit.provider, "day": None}
    if choice.is_valid():
        chosen = dict(choice.cleaned_data)
    if starts_at:
        chosen["day"] = chosen["day"] or starts_at.astimezone(practice_time.zone()).date()
    chosen["soonest"] = SOONEST in asked
    form = StaffMoveForm(request.POST or None, visit=visit, choice=chosen, starts_at=starts_at)
    return choice, form


def _book(request: HttpRequest, form: StaffBookingForm) -> Appointment:
    by = workflow_actions.changed_by(request)
    if form.entry:
        return by_hand.book_for(form.entry, form.wish(), form.details(), by=by)
    return staff_booking.book_for_patient(form.wish(), form.details(), by=by)


def _move(request: HttpRequest, visit: Appointment, form: StaffMoveForm) -> Appointment:
    wish = form.wish()
    return staff_booking.move_for_patient(
        visit,
        provider=wish.provider,
        starts_at=wish.starts_at,
        by=workflow_actions.changed_by(request),
        reason=wish.reason,
        beside=wish.beside,
    )


def _booked_words(visit: Appointment) -> SafeString:
    """Return that it is booked, with a link to it: who books from the day stays there."""
    url = reverse("admin:appointments_appointment_change", args=[visit.pk])
    when = practice_time.format_short_datetime(visit.starts_at, practice_time.zone())
    told = _("The visit is booked. An e-mail tells the patient.")
    if not visit.email:
        told = _("The visit is booked. They have no e-mail address: it is a call to make.")
    return format_html('{} <a href="{}">{}</a>', told, url, when)


def _both_clocks(visit: Appointment) -> str:
    """Return when the visit is, on our clock and, where it differs, on the patient's."""
    ours = practice_time.zone()
    words = practice_time.format_datetime(visit.starts_at, ours)
    if visit.starts_at.astimezone(ours).utcoffset() == visit.local_start.utcoffset():
        return words
    theirs = practice_time.format_datetime_and_zone(visit.starts_at, visit.zone)
    return _now("%(ours)s; for the patient %(theirs)s") % {"ours": words, "theirs": theirs}


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


def _context(admin: ModelAdmin, request: HttpRequest, title: Any) -> dict:
    return admin.admin_site.each_context(request) | {
        "title": title,
        "opts": Appointment._meta,
        "media": admin.media,
    }


def _back_to(request: HttpRequest, visit: Appointment, text: Any) -> HttpResponse:
    messages.success(request, text)
    return redirect("admin:appointments_appointment_change", visit.pk)
