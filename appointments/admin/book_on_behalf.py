"""Staff book a visit for a patient, and move one: from free times, or any time with a reason."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import (
    practice_time,
    restricted_records,
    same_person,
    workflow_actions,
)
from appointments.admin.booking_forms import (
    FreeTimesForm,
    StaffBookingForm,
    StaffMoveForm,
    VisitChoiceForm,
)
from appointments.booking import staff_booking
from appointments.booking.patients import AtTheSameTime, BookedAlready, RecordRestricted
from appointments.booking.rules import NotChangeable, SlotTaken, TimePast
from appointments.booking.staff_booking import NotLicensed, OutsideRules
from appointments.models import Appointment, Patient
from appointments.waitlist import own_visits
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key

PAGE = "admin/appointments/book_or_move.html"


def book_view(admin: ModelAdmin, request: HttpRequest, object_id: str = "") -> HttpResponse:
    """Book a visit for the patient `object_id`, or for a new one."""
    if not request.user.has_perm("appointments.add_appointment"):
        raise PermissionDenied
    if object_id and not admin.has_view_or_change_permission(request):
        raise PermissionDenied
    patient = _patient_or_404(object_id) if object_id else same_person.chosen(request)
    if patient and patient.is_restricted:
        return restricted_records.page(admin, request, patient)
    choice = VisitChoiceForm(request.GET if "service" in request.GET else None)
    context = _context(admin, request, _("Book a visit")) | {"choice": choice, "patient": patient}
    known = [patient] if patient else []
    if not choice.is_bound or not choice.is_valid():
        return disclosures.declare(TemplateResponse(request, PAGE, context), known)
    form = StaffBookingForm(request.POST or None, choice=choice.cleaned_data, patient=patient)
    status = 200
    if request.method == "POST" and form.is_valid() and not same_person.must_ask(request, form):
        found = _attempt(
            form,
            lambda: staff_booking.book_for_patient(
                form.wish(), form.details(), by=workflow_actions.changed_by(request)
            ),
        )
        if found:
            admin.log_addition(request, found, [{"added": {}}])
            _say_who_waits(request, found)
            return _back_to(request, found, _("The visit is booked. An e-mail tells the patient."))
        status = 409
    context |= {"form": form}
    page = TemplateResponse(request, PAGE, context, status=status)
    return disclosures.declare(page, known, form.asked_about, same_person.asked_about(form))


def move_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Move a booked visit to another time or provider."""
    if not request.user.has_perm("appointments.change_appointment"):
        raise PermissionDenied
    visit = admin.get_object(request, unquote(object_id))
    if visit is None or visit.patient is None:
        raise Http404("No such visit")
    choice = FreeTimesForm(request.GET or None, initial={"provider": visit.provider_id})
    asked = {"provider": visit.provider}
    if choice.is_bound and choice.is_valid():
        asked = choice.cleaned_data
    form = StaffMoveForm(request.POST or None, visit=visit, choice=asked)
    status = 200
    if request.method == "POST" and form.is_valid():
        wish = form.wish()
        found = _attempt(
            form,
            lambda: staff_booking.move_for_patient(
                visit,
                provider=wish.provider,
                starts_at=wish.starts_at,
                by=workflow_actions.changed_by(request),
                reason=wish.reason,
                beside=wish.beside,
            ),
        )
        if found and found.sequence == visit.sequence:
            return _back_to(request, found, _("That is the time it has. Nothing has changed."))
        if found:
            admin.log_change(request, found, _now("Moved"))
            return _back_to(request, found, _("The visit is moved. An e-mail tells the patient."))
        status = 409
    context = _context(admin, request, _("Move the visit")) | {
        "choice": choice,
        "patient": visit.patient,
        "visit": visit,
        "subtitle": practice_time.format_datetime(visit.starts_at, practice_time.zone()),
        "form": form,
    }
    page = TemplateResponse(request, PAGE, context, status=status)
    return disclosures.declare(page, [visit], form.asked_about)


def _attempt(form: Any, do: Any) -> Appointment | None:
    """Return what `booking` gives; None, with its refusal beside the field that it is about."""
    try:
        return do()
    except NotLicensed:
        form.add_error(None, _("This provider holds no valid license in that state on that day."))
    except OutsideRules:
        form.add_error(
            "reason",
            _("Patients could not book this time (hours, notice or a limit). Please write why."),
        )
    except BookedAlready as error:
        form.add_booked_already_error(error.visits[0])
    except AtTheSameTime as error:
        form.ask_about_simultaneous(error.visits)
    except NotChangeable:
        form.add_error(None, workflow_actions.why_not_moved(form.visit))
    except RecordRestricted:
        form.add_error(None, restricted_records.NOT_BOOKED)
    except TimePast:
        form.add_error(None, _("That time is past."))
    except SlotTaken as error:
        text = _now("Somebody has this time.")
        if error.nearest:
            times = ", ".join(
                f"{practice_time.format_short_datetime(slot.starts_at, practice_time.zone())} "
                f"({slot.provider.name})"
                for slot in error.nearest
            )
            text = _now("%(text)s Free near it: %(times)s.") % {
                "text": text,
                "times": times,
            }
        form.add_error(None, text)
    return None


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
