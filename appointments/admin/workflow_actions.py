"""What staff do to a visit: each action is a function of `booking`, with its words for people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from appointments.admin import practice_time
from appointments.admin.status_reasons import Kind, StatusReasonForm, kinds_of_cancelling
from appointments.booking import attendance, visits
from appointments.booking.rules import NotChangeable, SlotTaken
from appointments.models import Appointment, Status
from appointments.models.appointment_status import STAFF_CHANGE_FOR
from core.database import database_time
from core.staff.workflow_actions import WorkflowAction, has_permission

CHECK_IN_OPENS = timedelta(hours=12)
CHECK_IN, COMPLETE, NO_SHOW = "check-in", "complete", "no-show"
UNDO, CANCEL, CALLED = "undo", "cancel", "called"


class NotPossible(Exception):
    """A sentence for staff: which visit was not changed, and why."""


def changed_by(request: HttpRequest) -> str:
    """Return who did it, as the history of a visit names them: "staff: Robin Example"."""
    return f"staff: {request.user}"[:80]


def _run(name: str, change: Callable[..., None]) -> Callable[[HttpRequest, Appointment], None]:
    def run(request: HttpRequest, visit: Appointment) -> None:
        try:
            change(visit, by=changed_by(request))
        except NotChangeable as error:
            visit.refresh_from_db(fields=["status", "starts_at"])
            raise NotPossible(_refusal(name, visit)) from error

    return run


def _cancel(request: HttpRequest, visit: Appointment) -> None:
    why = _why(request, kinds_of_cancelling([visit], database_time.now()))
    _run(CANCEL, lambda visit, by: visits.cancel(visit, by=by, **why))(request, visit)


def _no_show(request: HttpRequest, visit: Appointment) -> None:
    why = _why(request, [Kind.NO_SHOW])
    _run(NO_SHOW, lambda visit, by: attendance.no_show(visit, by=by, **why))(request, visit)


def _why(request: HttpRequest, kinds: list[str]) -> dict[str, Any]:
    """Return the reason that was chosen and typed. Raises NotPossible where it does not fit."""
    form = StatusReasonForm(request.POST, kinds=kinds)
    if not form.is_valid():
        raise NotPossible(str(next(iter(form.errors.values()))[0]))
    return form.why


def _undo(request: HttpRequest, visit: Appointment) -> None:
    try:
        _run(UNDO, attendance.undo)(request, visit)
    except SlotTaken as error:
        raise NotPossible(_now("Somebody else has that time by now.")) from error


def _refusal(name: str, visit: Appointment) -> str:
    when = practice_time.format_datetime(visit.starts_at)
    why = why_not(name, visit, database_time.now())
    if name == CHECK_IN and not why:
        why = _now("The provider holds no valid license in the patient’s state.")
    return _now("%(when)s, %(who)s: not changed. %(why)s") % {
        "when": when,
        "who": visit.patient,
        "why": why or _now("Somebody changed it in the same moment."),
    }


MAY_CHANGE = has_permission("appointments.change_appointment")
ACTIONS = {
    CHECK_IN: WorkflowAction(
        label=_("Check in"),
        done=ngettext_lazy(
            "%(count)d patient is checked in.", "%(count)d patients are checked in.", "count"
        ),
        statuses=(Status.BOOKED,),
        allowed=MAY_CHANGE,
        run=_run(CHECK_IN, attendance.check_in),
    ),
    COMPLETE: WorkflowAction(
        label=_("Mark as completed"),
        done=ngettext_lazy(
            "%(count)d visit is completed.", "%(count)d visits are completed.", "count"
        ),
        statuses=(Status.BOOKED, Status.CHECKED_IN),
        allowed=MAY_CHANGE,
        run=_run(COMPLETE, attendance.complete),
    ),
    NO_SHOW: WorkflowAction(
        label=_("Mark as no-show"),
        done=ngettext_lazy(
            "%(count)d visit is a no-show.", "%(count)d visits are no-shows.", "count"
        ),
        statuses=(Status.BOOKED,),
        allowed=MAY_CHANGE,
        run=_no_show,
    ),
    UNDO: WorkflowAction(
        label=_("Undo the last step"),
        done=ngettext_lazy(
            "%(count)d visit stands as it did before.",
            "%(count)d visits stand as they did before.",
            "count",
        ),
        statuses=attendance.STEPS,
        allowed=MAY_CHANGE,
        run=_undo,
    ),
    CALLED: WorkflowAction(
        label=_("Called"),
        done=ngettext_lazy(
            "It is noted that %(count)d patient was called.",
            "It is noted that %(count)d patients were called.",
            "count",
        ),
        statuses=attendance.CALLED,
        allowed=MAY_CHANGE,
        run=_run(CALLED, attendance.note_call),
    ),
    CANCEL: WorkflowAction(
        label=_("Cancel and tell the patient"),
        done=ngettext_lazy(
            "%(count)d visit is cancelled. The patient is told, unless it is over.",
            "%(count)d visits are cancelled. Each patient is told, unless theirs is over.",
            "count",
        ),
        statuses=(Status.BOOKED, Status.CHECKED_IN),
        allowed=MAY_CHANGE,
        run=_cancel,
    ),
}


def why_not(name: str, visit: Appointment, now: datetime) -> str:
    """Return why `booking` does not allow that action at `now`; empty where it should."""
    if visit.status not in ACTIONS[name].statuses:
        return _now("It is %(status)s.") % {"status": visit.get_status_display().lower()}
    begun = visit.starts_at <= now
    if name in (COMPLETE, NO_SHOW) and not begun:
        return _now("It has not begun yet.")
    if name in (UNDO, CANCEL) and visit.ends_at <= now - STAFF_CHANGE_FOR:
        return _now("It is more than a week ago.")
    if name == CHECK_IN and visit.starts_at > now + CHECK_IN_OPENS:
        return _now("It is more than twelve hours away.")
    return ""


def available_now(request: HttpRequest, visit: Appointment) -> dict[str, WorkflowAction]:
    """Return the actions that this person may take with the visit at this moment."""
    now = database_time.now()
    return {
        name: action
        for name, action in ACTIONS.items()
        if action.allowed(request, visit) and not why_not(name, visit, now)
    }


def why_not_moved(visit: Appointment) -> str:
    """Return why `booking` has not moved it just now, in one sentence."""
    visit.refresh_from_db(fields=["status", "ends_at"])
    because = why_not(CANCEL, visit, database_time.now())
    return because or _now("Somebody changed it in the same moment.")


def can_move(request: HttpRequest, visit: Appointment) -> bool:
    """Whether this person may move it: while it could be cancelled."""
    return MAY_CHANGE(request, visit) and not why_not(CANCEL, visit, database_time.now())
