"""The call list: whom the desk calls instead of writing, with the words to say."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, visit_mails, workflow_actions
from appointments.calls import call_list as calls
from appointments.calls import phone_notes, spoken_words
from appointments.calls.call_list import CallSettled
from appointments.models import Appointment, Call, Service
from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock_in
from core.database import database_time
from core.languages.speaking import name_of
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.staff.urgency import Urgency
from core.validation.primary_keys import parse_key

PAGE = "admin/appointments/call_list.html"
AT_ONCE = 25
CHANGE = "appointments.change_appointment"
# After these the visit takes place: they have to know how.
MEET_AGAIN = (
    *("appointment_booked", "appointment_series", "appointment_moved"),
    *("appointment_confirm", "appointment_reminder"),
)


@admin.site.register_page("calls/")  # type: ignore[attr-defined]  # our site: core.staff
def call_list(request: HttpRequest) -> HttpResponse:
    """Show whom to call and what to say; a POST notes that it is done, or that nobody answered."""
    if not request.user.has_perm("appointments.view_appointment"):
        raise PermissionDenied
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        return _settle(request)
    now = database_time.now()
    found = (
        Call.objects.open(now)
        .in_order()
        .select_related(
            "appointment__patient",
            "appointment__provider",
            "appointment__service",
            "offer__entry",
            "offer__provider",
        )
    )
    page = Paginator(found, AT_ONCE).get_page(request.GET.get("p"))
    context = admin.site.each_context(request) | {
        "title": _("Calls to make"),
        "opts": Appointment._meta,
        "page": page,
        "rows": [_row(call, now) for call in page],
        "may_call": request.user.has_perm(CHANGE),
    }
    visits = [call.appointment for call in page if call.appointment]
    entries = [call.offer.entry for call in page if call.offer]
    return disclosures.declare(TemplateResponse(request, PAGE, context), visits, entries)


@admin.site.register_panel(Urgency.NOW)  # type: ignore[attr-defined]  # our site: core.staff
def call_list_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say on the first page how many calls there are to make. It names nobody."""
    if not request.user.has_perm("appointments.view_appointment"):
        return None
    count = calls.waiting()
    template = "admin/appointments/_call_list_panel.html"
    return (template, {"count": count, "records": ()}) if count else None


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def calls_to_make(request: HttpRequest) -> QuerySet[Call] | None:
    """Return the calls whose time it is."""
    if not request.user.has_perm(CHANGE):
        return None
    return Call.objects.open(database_time.now())


def _settle(request: HttpRequest) -> HttpResponse:
    pk = parse_key(request.POST.get("call"))
    try:
        if request.POST.get("did") == "done":
            calls.done(pk or 0, by=workflow_actions.changed_by(request))
            messages.success(request, _("Called: it is off the list."))
        else:
            calls.no_answer(pk or 0)
            messages.info(request, _("No answer: it stands further down the list."))
    except CallSettled:
        messages.warning(request, _("Somebody has made this call already, or it is no longer due."))
    return disclosures.declare_none(redirect("admin:call_list"))


def _row(call: Call, now: Any) -> dict[str, Any]:
    """Return what one line says: who, where they are, what to say, until when."""
    visit, offer = call.appointment, call.offer
    about: Any = visit or (offer and offer.entry)
    zone = about.zone
    ours = practice_time.zone()
    return {
        "call": call,
        "kind": visit_mails.kind(call.kind),
        "visit": visit,
        "entry": offer.entry if offer else None,
        "who": (visit.patient if visit else about) or "–",
        "asks_for": about.booked_by,
        "birth": getattr(visit.patient if visit else about, "birth_date", None),
        "phone": phone_numbers.as_link(about.phone),
        "contact": phone_notes.note(about.contact),
        "language": name_of(about.language),
        "their_clock": clock_in(now.astimezone(about.patient_zone), time_zones.words(zone)),
        "say": spoken_words.say(call),
        "room": _room(visit) if call.kind in MEET_AGAIN else "",
        "until": practice_time.format_short_datetime(call.until, ours) if call.until else "",
        "tried": practice_time.format_short_datetime(call.tried_at, ours) if call.tried_at else "",
    }


def _room(visit: Appointment | None) -> str:
    """Return the address of the room of a visit by video: there is no mail with a link to it."""
    if visit is None or visit.service.channel != Service.Channel.VIDEO:
        return ""
    return visit.provider.video_room
