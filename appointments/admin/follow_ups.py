"""Series of follow-ups: a preview that marks what is in the way, then all are booked, or none."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments.admin import (
    free_times,
    practice_time,
    restricted_records,
    workflow_actions,
)
from appointments.admin.booking_choice import day_field
from appointments.admin.follow_up_preview import LEAVE_OUT, Row, preview
from appointments.admin.minimum_age import too_young
from appointments.admin.visit_time_forms import parse_choice
from appointments.booking import follow_ups
from appointments.booking.patients import (
    AtTheSameTime,
    BookedAlready,
    PatientDetails,
    RecordRestricted,
)
from appointments.booking.rules import NotChangeable, SlotTaken, TooYoung
from appointments.booking.staff_booking import NotLicensed, OutsideRules, WantedVisit
from appointments.forms.fields import spoken_consent
from appointments.models import Appointment, ConsentText, Provider, Service
from appointments.scheduling import series
from core.database import database_time
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_keys

PAGE = "admin/appointments/follow_ups.html"
PAGE_NAME = "admin:appointments_appointment_series"
# What `booking` refuses a series for, beside who is too young.
REFUSALS = (
    BookedAlready,
    AtTheSameTime,
    SlotTaken,
    NotLicensed,
    OutsideRules,
    RecordRestricted,
)


class SeriesForm(forms.Form):
    """How often, how many or until when, and with whom."""

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
    service: forms.ModelChoiceField = forms.ModelChoiceField(
        Service.objects.filter(active=True), label=_("Service")
    )
    provider = forms.ModelChoiceField(Provider.objects.active(), label=_("Provider"))

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("number") and not cleaned.get("until"):
            self.add_error("number", _("Please write how many, or until when."))
        return cleaned


class AgreedForm(forms.Form):
    """What the patient agrees to by word, once for all visits of the series."""

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_mail = visit.patient is not None and bool(visit.patient.email)
        kinds = ConsentText.current()
        self.texts = [text for text in kinds if by_mail or text.kind != ConsentText.Kind.EMAIL]
        for text in self.texts:
            self.fields[f"agree_{text.kind}"] = spoken_consent(text)


def series_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Book follow-ups of the visit `object_id`, or cancel what is left of its series."""
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
    agreed = AgreedForm(request.POST or None, visit=visit)
    error, beside = "", list[Appointment]()
    if request.method == "POST" and rows and agreed.is_valid():
        error, beside = _book(admin, request, visit, form.cleaned_data["service"], rows, agreed)
        if not error:
            return redirect(PAGE_NAME, visit.pk)
        rows = _as_chosen(request, preview(visit, form.cleaned_data))
    of_series = _of_series(visit)
    context = admin.admin_site.each_context(request) | {
        "title": _("Follow-up visits"),
        "subtitle": practice_time.format_datetime(visit.starts_at),
        "opts": Appointment._meta,
        "media": admin.media,
        "visit": visit,
        "choice": form,
        "rows": rows,
        "agreed": agreed,
        "error": error,
        "beside": [(one.pk, free_times.visit_words(one)) for one in beside],
        "of_series": of_series,
        "left": any(left for _one, _when, left in of_series),
    }
    response = TemplateResponse(request, PAGE, context, status=409 if error else 200)
    return disclosures.declare(response, [visit], beside, [one for one, _when, _left in of_series])


def _book(
    admin: ModelAdmin,
    request: HttpRequest,
    visit: Appointment,
    service: Service,
    rows: list[Row],
    agreed: AgreedForm,
) -> tuple[str, list[Appointment]]:
    """Book what was chosen, all or none. Returns why not, and the visits to ask about."""
    beside = frozenset(parse_keys(request.POST.getlist("beside")))
    rows = _as_chosen(request, rows)
    chosen = [row.chosen for row in rows if row.chosen != LEAVE_OUT]
    if not chosen:
        return _now("Please choose at least one visit."), []
    found = [_wanted_visit(value, service, visit.state, beside) for value in chosen]
    wanted = [each for each in found if each]
    if len(wanted) < len(chosen):
        return _now("Please choose a time for each visit."), []
    by = workflow_actions.changed_by(request)
    try:
        said = details(visit, agreed.texts)
        booked = follow_ups.book_series(wanted, said, after=visit, by=by)
    except REFUSALS as error:
        return why_not(error, rows)
    for one in booked:
        admin.log_addition(request, one, [{"added": {}}])
    text = ngettext(
        "%d visit is booked. One e-mail tells the patient.",
        "%d visits are booked. One e-mail tells the patient of all.",
        len(booked),
    )
    messages.success(request, text % len(booked))
    return "", []


def why_not(error: Exception, rows: list[Row]) -> tuple[str, list[Appointment]]:
    """Return in words why `booking` refused the series, and the visits to ask about."""
    if isinstance(error, BookedAlready):
        return _now("These visits are booked already. None was booked a second time."), []
    if isinstance(error, RecordRestricted):
        return str(restricted_records.NOT_BOOKED), []
    if isinstance(error, TooYoung):
        return too_young(error), []
    if isinstance(error, AtTheSameTime):
        text = _now(
            "The patient has another visit at one of these times. Nothing was booked. Choose "
            "another time, or tick that both are wanted."
        )
        return text, error.visits
    gone = next((row.when for row in rows if row.chosen not in dict(row.options)), "")
    if gone:
        return _now("%(when)s is taken meanwhile. Nothing was booked.") % {"when": gone}, []
    return _now("One of these times is taken meanwhile. Nothing was booked."), []


def _as_chosen(request: HttpRequest, rows: list[Row]) -> list[Row]:
    for row in rows:
        row.chosen = request.POST.get(row.name, "")
    return rows


def _wanted_visit(
    value: str, service: Service, state: str, beside: frozenset[int]
) -> WantedVisit | None:
    """Return what was chosen; None where that is no time. Whether it is free is for `booking`."""
    found = parse_choice(value)
    if found is None:
        return None
    starts_at, provider = found
    return WantedVisit(provider, follow_ups.planned_ahead(service), state, starts_at, beside=beside)


def details(visit: Appointment, texts: Iterable[ConsentText]) -> PatientDetails:
    """Return who the follow-ups of this visit are for, who agrees to `texts` by word."""
    patient = visit.patient
    if patient is None:
        raise ValueError("a hold has no follow-ups")
    return PatientDetails(
        first_name=patient.first_name,
        last_name=patient.last_name,
        birth_date=patient.birth_date,
        email=patient.email,
        phone=str(visit.phone or patient.phone),
        contact=visit.contact,
        by_text=visit.by_text,
        zone=visit.zone,
        language=visit.language,
        booked_for=visit.booked_for,
        booked_by=visit.booked_by,
        consent_texts=[text.pk for text in texts],
        page=PAGE_NAME,
    )


def _of_series(visit: Appointment) -> list[tuple[Appointment, str, bool]]:
    """Return its series: each visit, when it is, and whether cancelling the rest takes it."""
    if visit.series is None:
        return []
    now, zone = database_time.now(), practice_time.zone()
    left = set(
        Appointment.objects.upcoming(now)
        .filter(series=visit.series, starts_at__gte=visit.starts_at)
        .values_list("pk", flat=True)
    )
    found = Appointment.objects.filter(series=visit.series).order_by("starts_at")
    return [
        (one, practice_time.format_datetime(one.starts_at, zone), one.pk in left) for one in found
    ]


def _cancel_rest(admin: ModelAdmin, request: HttpRequest, visit: Appointment) -> HttpResponse:
    if not request.user.has_perm("appointments.change_appointment"):
        raise PermissionDenied
    reason = request.POST.get("reason", "").strip()[:200]
    try:
        gone = follow_ups.cancel_series(
            visit, by=workflow_actions.changed_by(request), reason=reason
        )
    except NotChangeable:
        messages.warning(request, _("No visit of this series is left to cancel."))
    else:
        action = workflow_actions.ACTIONS[workflow_actions.CANCEL]
        for one in gone:
            admin.log_change(request, one, str(action.label))
        messages.success(request, action.done % {"count": len(gone)})
    return redirect(PAGE_NAME, visit.pk)
