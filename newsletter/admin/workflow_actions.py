"""The steps of an issue as buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from newsletter import subscription
from newsletter.admin.forms import PlanForm
from newsletter.issues import workflow
from newsletter.models import Issue

DRAFT, SCHEDULED, HELD, SENDING, PAUSED, *ENDED = (str(s) for s in Issue.Status.values)


@dataclass(frozen=True)
class Step:
    """One button: where it shows, what it says, and what it does."""

    label: Any
    done: Any
    states: tuple[str, ...]
    act: Callable[[HttpRequest, Issue], None]
    primary: bool = False
    sends: bool = False  # it stands on the page with the checks, not elsewhere
    asks: bool = False  # it asks once more, with the number, before it does anything


def _schedule(request: HttpRequest, issue: Issue) -> None:
    plan = PlanForm(request.POST)
    if not plan.is_valid():
        first = next(iter(plan.errors.values()))
        raise workflow.NotPossible(str(first[0]))
    workflow.schedule(issue, at=plan.at, zone=plan.cleaned_data["zone"])


STEPS = {
    "send-now": Step(
        _("Send now"),
        _("It goes out in a minute. Until then it can be stopped here."),
        (DRAFT, SCHEDULED, HELD),
        lambda request, issue: workflow.send_soon(issue),
        primary=True,
        sends=True,
        asks=True,
    ),
    "schedule": Step(
        _("Send at this time"), _("It is planned."), (DRAFT, SCHEDULED, HELD), _schedule, sends=True
    ),
    "take-back": Step(
        _("Stop it: make it a draft again"),
        _("It is a draft again."),
        (SCHEDULED, HELD),
        lambda request, issue: workflow.take_back(issue),
    ),
    "pause": Step(
        _("Pause"),
        _("It is paused."),
        (SENDING,),
        lambda request, issue: workflow.pause(issue),
        primary=True,
    ),
    "resume": Step(
        _("Go on"),
        _("It goes on."),
        (PAUSED,),
        lambda request, issue: workflow.resume(issue),
        primary=True,
    ),
    "cancel": Step(
        _("Cancel: nobody else gets it"),
        _("It is cancelled."),
        (SCHEDULED, HELD, SENDING, PAUSED),
        lambda request, issue: workflow.cancel(issue),
    ),
}


def _take_off(request: HttpRequest, issue: Issue) -> None:
    _may_take_off(request)
    subscription.take_off(issue, how="staff: they came back for good")


def _keep_on(request: HttpRequest, issue: Issue) -> None:
    _may_take_off(request)
    subscription.keep_on(issue)


def _may_take_off(request: HttpRequest) -> None:
    if not request.user.has_perm("newsletter.change_subscriber"):
        raise PermissionDenied


# What staff do with addresses that came back and wait for them, wherever the issue stands.
DECISIONS = {
    "take-off": Step(
        _("They are dead: take them off the list"), _("They are off the list."), (), _take_off
    ),
    "keep-on": Step(
        _("It was a mistake: keep them"), _("They stay on the list."), (), _keep_on, primary=True
    ),
}
