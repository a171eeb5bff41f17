"""How many mails go out: of one thing, to one mailbox, and in all. Past it they wait; none is lost.

Of one thing the first mail goes at once. What follows soon after waits, longer each time, and is
overtaken by what comes later: many changes in a row are one mail with the last state.

To one mailbox, and to all together, go so many of a kind within an hour as the settings allow. That
is asked when a mail is about to be sent. Each kind is counted by itself: whoever makes us send
links to an address holds up no confirmation of a visit.
"""

from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from core.guard import rate_limits
from core.mail.models import EmailStatus, OutgoingEmail
from core.people import email_addresses

FIRST_DELAY = timedelta(minutes=5)
REMEMBERED = timedelta(days=1)
TRY_AGAIN_AFTER = timedelta(minutes=10)
# Their recipients are staff, or were named by staff: no stranger can make anybody else one.
_TO_STAFF = (
    *("provider_", "account_invited", "account_changed", "comments_waiting"),
    *("article_in_review", "article_review_due", "contact_requests_open", "issue_trouble"),
    "mail_test",
)
# Counted when they are asked for, so that no stranger's asking holds up the one that is waited for.
_COUNTED_BEFORE = ("sign_in_code",)


def delay(about: str, now: datetime, *, longest: timedelta) -> timedelta:
    """Return how long one more mail about this thing has to wait.

    Five minutes after the first that went out within a day, twice as long after each, `longest`
    at most. Nothing where none went out: what still waits will be overtaken.
    """
    gone = (
        OutgoingEmail.objects.about(about)
        .exclude(about="")  # spelled out, for the index
        .filter(status__in=[EmailStatus.SENDING, EmailStatus.SENT], created_at__gt=now - REMEMBERED)
        .aggregate(count=Count("pk"), last=Max(Coalesce("sent_at", "created_at")))
    )
    if not gone["count"]:
        return timedelta(0)
    apart = min(FIRST_DELAY * 2 ** min(gone["count"] - 1, 20), longest)
    return max(gone["last"] + apart - now, timedelta(0))


def may_send(email: OutgoingEmail) -> bool:
    """Count this mail at its first attempt; return False where its mailbox, or all, had enough."""
    if email.attempts > 1 or email.template.startswith(_TO_STAFF):
        return True
    mailbox = email_addresses.mailbox(email.to)
    few = email.template in _COUNTED_BEFORE or rate_limits.allow(
        "mails_per_address", email.template, mailbox
    )
    return few and rate_limits.allow("mails_in_all", email.template)
