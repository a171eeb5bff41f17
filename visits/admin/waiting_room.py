"""Who waits in front of a room, on the desk: since when, camera and sound, and Start."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, Func, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.admin.desk import sections
from appointments.admin.desk.fingerprint import fingerprint
from appointments.admin.desk.sections import Section
from appointments.models import Appointment
from appointments.templatetags.appointments import clock
from visits import device_check
from visits.device_check import Result
from visits.models import Visit, VisitEvent
from visits.who_conducts import may_conduct

TEMPLATE = "admin/visits/_waiting_room.html"
MINUTE = timedelta(minutes=1)
RECENT = timedelta(hours=12)
Kind = VisitEvent.Kind


class WaitingRow(NamedTuple):
    """Somebody in front of a room, or in it."""

    visit: Visit
    who: str
    since: str
    since_seconds: int
    minutes: int
    check: str  # "passed", "failed" or "" where it was not made
    found: str  # what it found, in words
    state: str  # "waiting", "live" or "by_phone"
    url: str  # of the room; empty for whom it is not theirs


def _watch(now: datetime) -> tuple[QuerySet, Func]:
    rows = _in_rooms(now)
    seen = Func(
        *("pk", "knocked_at", "admitted_at", "connected_at", "by_phone_at", "passed", "failed"),
        function="ROW",
    )
    return rows, seen


def _in_rooms(now: datetime) -> "QuerySet[Visit, Visit]":
    """Return the visits of now whose patient has come, each with what its last check said."""
    here = Visit.objects.filter(
        knocked_at__gt=now - RECENT,
        ended_at=None,
        appointment__status__in=["booked", "checked_in"],
    )
    return here.annotate(
        passed=_checked(Kind.CHECK_PASSED, Kind.CHECK_FAILED),
        failed=_checked(Kind.CHECK_FAILED, Kind.CHECK_PASSED),
    )


def _checked(kind: str, other: str) -> Exists:
    """Whether the last check of camera and sound said this."""
    events = VisitEvent.objects.filter(visit=OuterRef("pk"))
    later = VisitEvent.objects.filter(visit=OuterRef("visit"), kind=other, pk__gt=OuterRef("pk"))
    return Exists(events.filter(~Exists(later), kind=kind))


@sections.register(_watch)
def waiting_room(request: HttpRequest, now: datetime) -> Section | None:
    """Show who is in front of a room or in it to those who see visits; others see nothing."""
    if not request.user.has_perm("visits.view_visit"):
        return None
    visits = _in_rooms(now).select_related(
        "appointment__patient", "appointment__provider", "appointment__service"
    )
    visits = visits.annotate(found=device_check.newest_number(OuterRef("pk")))
    rows = [_row(request, visit, now) for visit in visits.order_by("knocked_at", "pk")]
    if not rows:
        return None
    shown: list[Appointment] = [row.visit.appointment for row in rows]
    seen = [(row.visit.pk, row.state, row.check, row.since, row.url) for row in rows]
    context: dict[str, Any] = {"rows": rows}
    return Section(TEMPLATE, context, shown, fingerprint(*seen))


def _row(request: HttpRequest, visit: Any, now: datetime) -> WaitingRow:
    appointment = visit.appointment
    mine = may_conduct(request.user, appointment)
    checked = "passed" if visit.passed else ("failed" if visit.failed else "")
    return WaitingRow(
        visit=visit,
        who=str(appointment.patient or _("A patient")),
        since=clock(visit.knocked_at.astimezone(practice_time.zone())),
        since_seconds=int(visit.knocked_at.timestamp()),
        minutes=max(0, int((now - visit.knocked_at) / MINUTE)),
        check=checked,
        found="" if visit.found is None else Result.of_number(visit.found).words,
        state=_state(visit),
        url=reverse("admin:visits_room", args=[appointment.pk]) if mine else "",
    )


def _state(visit: Visit) -> str:
    if visit.by_phone_at:
        return "by_phone"
    return "live" if visit.admitted_at else "waiting"
