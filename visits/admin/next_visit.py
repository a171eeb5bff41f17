"""The next appointment in one click: the same time in one, two or four weeks, or the nearest."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.admin import follow_ups as series_page
from appointments.admin import practice_time, workflow_actions
from appointments.admin.follow_up_preview import LEAVE_OUT, preview
from appointments.admin.visit_time_forms import parse_choice
from appointments.booking import follow_ups
from appointments.booking.staff_booking import WantedVisit
from appointments.models import Appointment, ConsentText, Service
from appointments.models.providers import FOR_OTHERS
from appointments.scheduling import series
from core.database import database_time
from core.staff.audit import disclosures
from core.staff.audit.admin_pages import record_all
from visits.admin.panels import panel_view
from visits.admin.whose_visit import appointment_or_404

TEMPLATE = "admin/visits/_next_visit.html"
WEEKS = (1, 2, 4)


class Offer(NamedTuple):
    """A time that one click books; `is_other` where the same time is not free that week."""

    weeks: str
    value: str
    when: str
    is_other: bool


def context(appointment: Appointment, *, why: str = "", said: str = "") -> dict[str, Any]:
    """Return what the panel shows: what is booked already, and what one click would book."""
    service = service_of(appointment)
    return {
        "appointment": appointment,
        "service": service,
        "offers": list(_offers(appointment, service)) if service else [],
        "ahead": [_words(one) for one in _ahead(appointment)],
        "texts": _texts(appointment),
        "why": why,
        "said": said,
    }


def service_of(appointment: Appointment) -> Service | None:
    """Return what the next visit is: the same, or after a first one the first for who returns."""
    if appointment.service.active and appointment.service.audience in FOR_OTHERS:
        return appointment.service
    offered = appointment.provider.services.filter(active=True, audience__in=FOR_OTHERS)
    return offered.order_by("-audience", "position", "pk").first()


def _offers(appointment: Appointment, service: Service) -> Iterator[Offer]:
    asked = {
        "service": service,
        "provider": appointment.provider,
        "every": series.WEEKLY,
        "number": max(WEEKS),
        "until": None,
    }
    for row in preview(appointment, asked):
        weeks = row.nth + 1
        [value, when] = row.options[0]
        if weeks in WEEKS and value != LEAVE_OUT:
            words = ngettext("In %(n)d week", "In %(n)d weeks", weeks) % {"n": weeks}
            yield Offer(words, value, when, bool(row.conflict))


def _ahead(appointment: Appointment) -> list[Appointment]:
    upcoming = Appointment.objects.upcoming(database_time.now()).filter(patient=appointment.patient)
    return list(upcoming.exclude(pk=appointment.pk).order_by("starts_at")[:5])


def _words(visit: Appointment) -> tuple[Appointment, str]:
    return visit, practice_time.format_datetime(visit.starts_at)


def _texts(appointment: Appointment) -> list[ConsentText]:
    """Return what is agreed to anew with each visit that is booked."""
    by_mail = appointment.patient is not None and bool(appointment.patient.email)
    texts = ConsentText.current()
    return [text for text in texts if by_mail or text.kind != ConsentText.Kind.EMAIL]


@admin.site.register_page("visits/room/<int:pk>/next-times/")  # type: ignore[attr-defined]  # ours
def visits_next_times(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the panel: the page asks for it once it stands, since free times take a moment."""
    appointment = appointment_or_404(request, pk)
    part = context(appointment)
    page = TemplateResponse(request, TEMPLATE, {"part": part})
    return disclosures.declare(page, [appointment], [visit for visit, _when in part["ahead"]])


@admin.site.register_page("visits/room/<int:pk>/next/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_next(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Book the time that was pressed, as a follow-up of this visit."""
    if not request.user.has_perm("appointments.add_appointment"):
        raise PermissionDenied
    service, chosen = service_of(appointment), parse_choice(request.POST.get("at", ""))
    if service is None or chosen is None:
        why = _("Please choose a time.")
        return TemplateResponse(
            request, TEMPLATE, {"part": context(appointment, why=why)}, status=422
        )
    starts_at, provider = chosen
    wanted = WantedVisit(provider, follow_ups.planned_ahead(service), appointment.state, starts_at)
    details = series_page.details(appointment, _texts(appointment))
    by = workflow_actions.changed_by(request)
    try:
        booked = follow_ups.book_series([wanted], details, after=appointment, by=by)
    except series_page.REFUSALS as error:
        why, _beside = series_page.why_not(error, [])
        return TemplateResponse(
            request, TEMPLATE, {"part": context(appointment, why=why)}, status=409
        )
    label = Appointment._meta.label_lower
    record_all(request, "book", model=label, object_pks=[one.pk for one in booked])
    said = _("Booked: %(when)s. The patient is told.") % {"when": _words(booked[0])[1]}
    return TemplateResponse(request, TEMPLATE, {"part": context(appointment, said=said)})
