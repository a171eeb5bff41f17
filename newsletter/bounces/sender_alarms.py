"""Refusals that are about us: nobody is taken off the list, staff are told, and sending stops.

What staff then find is the reasons on the page of the issue.
"""

from django.utils.translation import gettext as _

from newsletter import subscription
from newsletter.delivery import sender_rejections
from newsletter.issues import staff_emails, workflow
from newsletter.models import Event, Issue

Kind = Event.Kind


def refused(issue: int, *, at_once: bool = False) -> None:
    """One letter of this issue was refused because of us; its report is kept.

    Many in a row, of whatever issue, stop all that is being sent. `at_once` tells staff of the
    first one; otherwise they hear when more of the issue was refused than chance explains.
    """
    found = Issue.objects.filter(pk=issue).only("pk", "total").first()
    total = found.total if found else 0
    in_a_row = _in_a_row(sender_rejections.in_a_row(total))
    if in_a_row:
        because = _("Mail servers refuse one letter after the other because of us.")
        for pk in Issue.objects.running().values_list("pk", flat=True):
            workflow.halt(pk, because=because)
    if in_a_row or at_once or _many(issue, subscription.allowed(total)):
        staff_emails.refused(issue)


def _in_a_row(many: int) -> bool:
    """Whether the last so many reports all say so."""
    last = list(Event.objects.order_by("-pk").values_list("kind", flat=True)[:many])
    return len(last) == many and set(last) == {Kind.REFUSED}


def _many(issue: int, few: int) -> bool:
    found = Event.objects.of_issue(issue).filter(kind=Kind.REFUSED)
    return len(found.values_list("pk")[: few + 1]) > few
