"""What staff do to a visit: each step is a function of `booking`, with its words for people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments import booking
from appointments.models import Appointment, Status

CHECK_IN_OPENS = timedelta(hours=12)


@dataclass(frozen=True)
class Step:
    name: str
    do: Callable[..., None]
    label: Any
    done: Callable[[int], str]
    of: tuple[Status, ...]

    def why_not(self, appointment: Appointment, now: datetime) -> str:
        """Why `booking` does not allow it now; empty where it should."""
        if appointment.status not in self.of:
            return _now("It is %(status)s.") % {"status": appointment.get_status_display().lower()}
        begun = appointment.starts_at <= now
        if self in (COMPLETE, NO_SHOW) and not begun:
            return _now("It has not begun yet.")
        if self is CANCEL and begun:
            return _now("It has begun.")
        if self is CHECK_IN and appointment.starts_at > now + CHECK_IN_OPENS:
            return _now("It is more than twelve hours away.")
        return ""


CHECK_IN = Step(
    "check-in",
    booking.check_in,
    _("Check in"),
    lambda n: ngettext("%d patient is checked in.", "%d patients are checked in.", n) % n,
    (Status.BOOKED,),
)
COMPLETE = Step(
    "complete",
    booking.complete,
    _("Mark as completed"),
    lambda n: ngettext("%d visit is completed.", "%d visits are completed.", n) % n,
    (Status.BOOKED, Status.CHECKED_IN),
)
NO_SHOW = Step(
    "no-show",
    booking.no_show,
    _("Mark as no-show"),
    lambda n: ngettext("%d visit is a no-show.", "%d visits are no-shows.", n) % n,
    (Status.BOOKED,),
)
CANCEL = Step(
    "cancel",
    booking.cancel,
    _("Cancel and tell the patient"),
    lambda n: (
        ngettext(
            "%d visit is cancelled. An e-mail tells the patient.",
            "%d visits are cancelled. An e-mail tells each patient.",
            n,
        )
        % n
    ),
    (Status.BOOKED,),
)


STEPS = {step.name: step for step in (CHECK_IN, COMPLETE, NO_SHOW, CANCEL)}


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("For staff. The e-mail to the patient does not say it."),
    )


def signature(request: HttpRequest) -> str:
    """Who did it, for the history of the visit."""
    return f"staff: {request.user}"[:80]


def take(step: Step, appointment: Appointment, request: HttpRequest, **kwargs: str) -> str:
    """Take it, and return an empty text; or the reason why it could not be taken."""
    try:
        step.do(appointment, by=signature(request), **kwargs)
    except booking.NotChangeable:
        appointment.refresh_from_db(fields=["status", "starts_at"])
        reason = step.why_not(appointment, timezone.now())
        if step is CHECK_IN and not reason:
            return _now("The provider holds no valid license in the patient’s state.")
        return reason or _now("Somebody changed it in the same moment.")
    return ""


def open_now(appointment: Appointment) -> list[Step]:
    """Those that can be taken at this moment."""
    now = timezone.now()
    return [step for step in STEPS.values() if not step.why_not(appointment, now)]
