"""The actions of an issue's workflow as buttons."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.staff.workflow_actions import WorkflowAction, has_permission
from newsletter.admin.forms import PlanForm
from newsletter.issues import workflow
from newsletter.models import Issue
from newsletter.subscription import hard_bounces

DRAFT, SCHEDULED, HELD, SENDING, PAUSED, *ENDED = (str(s) for s in Issue.Status.values)


@dataclass(frozen=True, kw_only=True)
class IssueAction(WorkflowAction):
    """A button of an issue."""

    sends: bool = False  # it stands on the page with the checks, not elsewhere
    asks_first: bool = False  # once more, with the number, before it does anything


def _schedule(request: HttpRequest, issue: Issue) -> None:
    plan = PlanForm(request.POST)
    if not plan.is_valid():
        first = next(iter(plan.errors.values()))
        raise workflow.NotPossible(str(first[0]))
    workflow.schedule(issue, at=plan.at, zone=plan.cleaned_data["zone"])


MAY_CHANGE = has_permission("newsletter.change_issue")
ACTIONS = {
    "send-now": IssueAction(
        label=_("Send now"),
        done=_("It goes out in a minute. Until then it can be stopped here."),
        statuses=(DRAFT, SCHEDULED, HELD),
        allowed=MAY_CHANGE,
        run=lambda request, issue: workflow.send_soon(issue),
        is_primary=True,
        sends=True,
        asks_first=True,
    ),
    "schedule": IssueAction(
        label=_("Send at this time"),
        done=_("It is planned."),
        statuses=(DRAFT, SCHEDULED, HELD),
        allowed=MAY_CHANGE,
        run=_schedule,
        sends=True,
    ),
    "take-back": IssueAction(
        label=_("Stop it: make it a draft again"),
        done=_("It is a draft again."),
        statuses=(SCHEDULED, HELD),
        allowed=MAY_CHANGE,
        run=lambda request, issue: workflow.take_back(issue),
    ),
    "pause": IssueAction(
        label=_("Pause"),
        done=_("It is paused."),
        statuses=(SENDING,),
        allowed=MAY_CHANGE,
        run=lambda request, issue: workflow.pause(issue),
        is_primary=True,
    ),
    "resume": IssueAction(
        label=_("Go on"),
        done=_("It goes on."),
        statuses=(PAUSED,),
        allowed=MAY_CHANGE,
        run=lambda request, issue: workflow.resume(issue),
        is_primary=True,
    ),
    "cancel": IssueAction(
        label=_("Cancel: nobody else gets it"),
        done=_("It is cancelled."),
        statuses=(SCHEDULED, HELD, SENDING, PAUSED),
        allowed=MAY_CHANGE,
        run=lambda request, issue: workflow.cancel(issue),
    ),
}


def _may_decide(request: HttpRequest, issue: Issue) -> bool:
    return MAY_CHANGE(request, issue) and request.user.has_perm("newsletter.change_subscriber")


# What staff do with addresses that came back and wait for them, whatever the issue's status.
DECISIONS = {
    "take-off": IssueAction(
        label=_("They are dead: take them off the list"),
        done=_("They are off the list."),
        statuses=(),
        allowed=_may_decide,
        run=lambda request, issue: hard_bounces.take_off(
            issue, how="staff: they came back for good"
        ),
    ),
    "keep-on": IssueAction(
        label=_("It was a mistake: keep them"),
        done=_("They stay on the list."),
        statuses=(),
        allowed=_may_decide,
        run=lambda request, issue: hard_bounces.keep_on(issue),
        is_primary=True,
    ),
}
