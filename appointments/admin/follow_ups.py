"""Series of follow-ups: a preview that marks what is in the way, then all are booked, or none."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments import booking
from appointments.admin import free_times, practice_time, workflow_actions
from appointments.admin.booking_forms import day_field, parse_choice
from appointments.booking import WantedVisit
from appointments.forms.booking import ConsentField
from appointments.models import Appointment, ConsentText, HoursException, Provider, Service
from appointments.scheduling import availability, series
from appointments.scheduling.availability import Slot
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_keys

PAGE = "admin/appointments/series.html"
PAGE_NAME = "admin:appointments_appointment_series"
LEAVE_OUT = "none"
NEAR = timedelta(days=6)


class SeriesForm(forms.Form):
    every = forms.ChoiceField(
        label=_("How often"),
        choices=[
            (series.WEEKLY, _("Every week")),
            (series.FORTNIGHTLY, _("Every two weeks")),
            (series.MONTHLY, _("Every month, on the same weekday")),
        ],
    )
    number = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=series.MOST, required=False
    )
    until = day_field(label=_("Or until"), required=False)
    service = forms.ModelChoiceField(Service.objects.filter(active=True), label=_("Service"))
    provider = forms.ModelChoiceField(Provider.objects.active(), label=_("Provider"))

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("number") and not cleaned.get("until"):
            self.add_error("number", _("Please write how many, or until when."))
        return cleaned


class AgreedForm(forms.Form):
    """What the patient agrees to by word, once for all visits of the series."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = ConsentText.current()
        for text in self.texts:
            field_ = ConsentField(text)
            field_.error_messages["required"] = _(
                "Please read this to the patient, and tick it when they agree."
            )
            self.fields[f"agree_{text.kind}"] = field_


@dataclass
class Row:
    nth: int
    when: str
    conflict: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    chosen: str = ""

    @property
    def name(self) -> str:
        return f"row-{self.nth}"


def series_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Follow-ups of the visit `object_id`, and the cancelling of what is left of its series."""
    if not (admin.has_add_permission(request) and admin.has_view_permission(request)):
        raise PermissionDenied
    visit = admin.get_object(request, unquote(object_id))
    if visit is None or visit.patient is None:
        raise Http404("No such visit")
    if "cancel-rest" in request.POST:
        return _cancel_rest(admin, request, visit)
    initial = {"service": visit.service_id, "provider": visit.provider_id, "number": 4}
    form = SeriesForm(request.GET if "every" in request.GET else None, initial=initial)
    asked = form.is_bound and form.is_valid()
    rows = preview(visit, form.cleaned_data) if asked else []
    agreed = AgreedForm(request.POST or None)
    error, beside = "", list[Appointment]()
    if request.method == "POST" and rows and agreed.is_valid():
        error, beside = _book(admin, request, visit, form.cleaned_data["service"], rows, agreed)
        if not error:
            return redirect(PAGE_NAME, visit.pk)
        rows = _as_chosen(request, preview(visit, form.cleaned_data))
    of_series = _of_series(visit)
    context = admin.admin_site.each_context(request) | {
        "title": _("Follow-up visits"),
        "subtitle": practice_time.moment(visit.starts_at, practice_time.zone()),
        "opts": Appointment._meta,
        "media": admin.media,
        "visit": visit,
        "choice": form,
        "rows": rows,
        "agreed": agreed,
        "error": error,
        "beside": [(one.pk, _visit_words(one)) for one in beside],
        "of_series": of_series,
        "left": any(left for _one, _when, left in of_series),
    }
    response = TemplateResponse(request, PAGE, context, status=409 if error else 200)
    return disclosures.declare(response, [visit], beside, [one for one, _when, _left in of_series])


def preview(visit: Appointment, asked: dict) -> list[Row]:
    """Each visit with what is in its way and the nearest free times. Nothing is kept yet."""
    service, provider = booking.planned_ahead(asked["service"]), asked["provider"]
    number = asked["number"] or series.MOST
    times = series.starts(
        visit.starts_at, visit.patient_zone, asked["every"], number=number, until=asked["until"]
    )
    if not times:
        return []
    grid = availability.grid(service, visit.state, first=times[0] - NEAR, last=times[-1] + NEAR)
    theirs = _of_patient(visit, times[0], times[-1] + service.length)
    rows, taken = [], set()
    for nth, start in enumerate(times):
        row = Row(nth, practice_time.moment(start, practice_time.zone()))
        slots = [Slot(start, provider)] if provider in grid.free_at(start) else []
        if not slots:
            row.conflict = _conflict(provider, service, visit.state, start)
            near = availability.closest(grid, start, first=provider, own=3, others=3)
            slots = [slot for slot in near if abs(slot.starts_at - start) <= NEAR]
        elif others := _at(theirs, start, start + service.length):
            row.conflict = _now("The patient has a visit then: %(which)s") % {
                "which": "; ".join(map(_visit_words, others))
            }
        for slot in slots:
            value = free_times.value(slot.starts_at.astimezone(UTC), slot.provider)
            if value not in taken:
                row.options.append((value, _slot_words(slot)))
        if row.options:
            taken.add(row.options[0][0])
        row.options.append((LEAVE_OUT, _now("Leave this one out")))
        rows.append(row)
    return rows


def _of_patient(visit: Appointment, first: datetime, last: datetime) -> list[Appointment]:
    return booking.at_that_time(visit.patient, first, last) if visit.patient else []


def _at(visits: list[Appointment], start: datetime, end: datetime) -> list[Appointment]:
    return [one for one in visits if one.starts_at < end and start < one.ends_at]


def _slot_words(slot: Slot) -> str:
    facts = {
        "when": practice_time.near_moment(slot.starts_at, practice_time.zone()),
        "who": slot.provider.name,
    }
    return _now("%(when)s with %(who)s") % facts


def _conflict(provider: Provider, service: Service, state: str, start: datetime) -> str:
    licensed = Provider.objects.licensed_in(state).filter(pk=provider.pk).first()
    if licensed is None or start.timestamp() >= availability.license_end(
        licensed.licensed_until, state
    ):
        return _now("The license has ended by then")
    day = start.astimezone(provider.zone).date()
    off = HoursException.objects.touching(day, day).of([provider.pk])
    for row in off.filter(kind=HoursException.Kind.TIME_OFF):
        what = _now("Time off") if row.provider_id else _now("Closed")
        return f"{what}: {row.note}" if row.note else what
    ends = start + service.length
    busy = Appointment.objects.blocking(timezone.now()).filter(provider=provider)
    if busy.overlapping(start, ends).exists():
        return _now("Taken")
    return _now("Outside the hours, or a limit is reached")


def _book(
    admin: ModelAdmin,
    request: HttpRequest,
    visit: Appointment,
    service: Service,
    rows: list[Row],
    agreed: AgreedForm,
) -> tuple[str, list[Appointment]]:
    """Book what was chosen, all or none; else why not, and the visits to ask about."""
    beside = frozenset(parse_keys(request.POST.getlist("beside")))
    wishes = []
    for row in _as_chosen(request, rows):
        if row.chosen != LEAVE_OUT:
            wish = _wish(row.chosen, service, visit.state, beside)
            if wish is None:
                return _now("Please choose a time for each visit."), []
            wishes.append(wish)
    if not wishes:
        return _now("Please choose at least one visit."), []
    details = _details(visit, agreed)
    try:
        booked = booking.book_series(
            wishes, details, after=visit, by=workflow_actions.signature(request)
        )
    except booking.BookedAlready:
        return _now("These visits are booked already. None was booked a second time."), []
    except booking.AtTheSameTime as error:
        text = _now(
            "The patient has another visit at one of these times. Nothing was booked. Choose "
            "another time, or tick that both are wanted."
        )
        return text, error.visits
    except (booking.SlotTaken, booking.NotLicensed, booking.OutsideRules):
        gone = next((row.when for row in rows if row.chosen not in dict(row.options)), "")
        if gone:
            return _now("%(when)s is taken meanwhile. Nothing was booked.") % {"when": gone}, []
        return _now("One of these times is taken meanwhile. Nothing was booked."), []
    for one in booked:
        admin.log_addition(request, one, [{"added": {}}])
    text = ngettext(
        "%d visit is booked. One e-mail tells the patient.",
        "%d visits are booked. One e-mail tells the patient of all.",
        len(booked),
    )
    messages.success(request, text % len(booked))
    return "", []


def _as_chosen(request: HttpRequest, rows: list[Row]) -> list[Row]:
    for row in rows:
        row.chosen = request.POST.get(row.name, "")
    return rows


def _wish(value: str, service: Service, state: str, beside: frozenset[int]) -> WantedVisit | None:
    """What was chosen; None where that is no time. Whether it is free is for `booking`."""
    found = parse_choice(value)
    if found is None:
        return None
    starts_at, provider = found
    return WantedVisit(provider, booking.planned_ahead(service), state, starts_at, beside=beside)


def _visit_words(visit: Appointment) -> str:
    return (
        f"{practice_time.near_moment(visit.starts_at, practice_time.zone())}, {visit.provider.name}"
    )


def _details(visit: Appointment, agreed: AgreedForm) -> booking.PatientDetails:
    patient = visit.patient
    if patient is None:
        raise ValueError("a hold has no follow-ups")
    return booking.PatientDetails(
        first_name=patient.first_name,
        last_name=patient.last_name,
        birth_date=patient.birth_date,
        email=patient.email,
        phone=str(visit.phone or patient.phone),
        contact=visit.contact,
        zone=visit.zone,
        booked_for=visit.booked_for,
        booked_by=visit.booked_by,
        consent_texts=[text.pk for text in agreed.texts],
        page=PAGE_NAME,
    )


def _of_series(visit: Appointment) -> list[tuple[Appointment, str, bool]]:
    """All visits of its series with when each is, and whether cancelling the rest takes it."""
    if visit.series is None:
        return []
    now, zone = timezone.now(), practice_time.zone()
    left = set(
        Appointment.objects.upcoming(now)
        .filter(series=visit.series, starts_at__gte=visit.starts_at)
        .values_list("pk", flat=True)
    )
    found = Appointment.objects.filter(series=visit.series).order_by("starts_at")
    return [(one, practice_time.moment(one.starts_at, zone), one.pk in left) for one in found]


def _cancel_rest(admin: ModelAdmin, request: HttpRequest, visit: Appointment) -> HttpResponse:
    if not request.user.has_perm("appointments.change_appointment"):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()[:200]
    try:
        gone = booking.cancel_series(visit, by=workflow_actions.signature(request), reason=reason)
    except booking.NotChangeable:
        messages.warning(request, _("No visit of this series is left to cancel."))
    else:
        for one in gone:
            admin.log_change(request, one, str(workflow_actions.CANCEL.label))
        messages.success(request, workflow_actions.CANCEL.done(len(gone)))
    return redirect(PAGE_NAME, visit.pk)
