"""Refusals that are about us: nobody is taken off the list, staff are told, and sending stops.

The reasons stand on the page of the issue.
"""

from django.utils.translation import gettext as _

from core.mail import refusals
from newsletter.issues import staff_emails, workflow
from newsletter.models import Event, Issue
from newsletter.subscription import hard_bounces

Kind = Event.Kind


def record_sender_rejection(issue: int, *, at_once: bool = False) -> None:
    """Note that one mail of this issue was refused because of us; its report is kept.

    Many in a row, of whatever issue, stop all that is being sent. `at_once` tells staff of the
    first one; otherwise they hear when more of the issue was refused than chance explains.
    """
    found = Issue.objects.filter(pk=issue).only("pk", "total").first()
    total = found.total if found else 0
    in_a_row = _in_a_row(refusals.in_a_row_limit(total))
    if in_a_row:
        because = _("Mail servers refuse one e-mail after the other because of us.")
        for pk in Issue.objects.running().values_list("pk", flat=True):
            workflow.pause_for_staff(pk, because=because)
    if in_a_row or at_once or _many(issue, hard_bounces.hard_bounce_limit(total)):
        staff_emails.notify_refused(issue)


def _in_a_row(many: int) -> bool:
    """Return whether the last so many reports all say so."""
    last = list(Event.objects.order_by("-pk").values_list("kind", flat=True)[:many])
    return len(last) == many and set(last) == {Kind.REFUSED}


def _many(issue: int, few: int) -> bool:
    """Return whether more of this issue were refused than so few."""
    found = Event.objects.of_issue(issue).filter(kind=Kind.REFUSED)
    return len(found.values_list("pk")[: few + 1]) > few
