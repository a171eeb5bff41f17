"""Hard bounces, issue by issue: taken off the list at once, or held for staff where too many.

No list is emptied by one bad day. When more of an issue comes back than NEWSLETTER_HELD_PERCENT,
all of it waits: who was taken off because of that issue is on the list again until staff decide.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import F

from core.database import database_time
from newsletter.issues import staff_emails
from newsletter.models import Consent, HardBounce, Issue, Subscriber
from newsletter.models.bounces import HardBounceQuerySet
from newsletter.subscription import consents
from newsletter.subscription.unsubscribe import suppress

Status = Subscriber.Status
ALWAYS_BELIEVED = 2  # of a small list, whatever share they are; of a very small one half of it


@transaction.atomic
def record_hard_bounce(subscriber: Subscriber, *, how: str, issue: int = 0) -> bool:
    """Record that nobody reads at this address any more, as this issue showed.

    Returns True if they are off the list now, False where it waits for staff or was told before.
    `how` is for staff and holds no address.
    """
    found = Issue.objects.select_for_update().filter(pk=issue).only("pk", *_FIELDS).first()
    if found is not None and not _is_believed(found, subscriber, how):
        return False
    return suppress(subscriber, because=Status.BOUNCED, how=how, issue=issue)


_FIELDS = ("total", "bounced", "holds_bounces")


def hard_bounce_limit(total: int) -> int:
    """Return how many hard bounces of an issue with `total` recipients are believed."""
    few = min(ALWAYS_BELIEVED, max(1, total // 2)) if total else ALWAYS_BELIEVED
    return max(few, total * settings.NEWSLETTER_HELD_PERCENT // 100)


def _is_believed(issue: Issue, subscriber: Subscriber, how: str) -> bool:
    """Note this bounce; return whether the issue has few enough to be believed."""
    if not Subscriber.objects.active().filter(pk=subscriber.pk).exists():
        return False
    status = HardBounce.Status.HELD if issue.holds_bounces else HardBounce.Status.TAKEN_OFF
    row, is_new = HardBounce.objects.get_or_create(
        issue=issue, subscriber=subscriber, defaults={"status": status, "why": how[:200]}
    )
    if not is_new:
        return False
    if issue.holds_bounces:
        _notify_of_first(row)
        return False
    Issue.objects.filter(pk=issue.pk).update(bounced=F("bounced") + 1)
    if issue.bounced + 1 <= hard_bounce_limit(issue.total):
        return True
    _hold_all(issue)
    return False


def _notify_of_first(row: HardBounce) -> None:
    """Tell staff where this one is the first since they decided about those before."""
    others = HardBounce.objects.of(row.issue).held().exclude(pk=row.pk)
    if not others.exists():
        staff_emails.notify_held(row.issue_id)


def _hold_all(issue: Issue) -> None:
    Issue.objects.filter(pk=issue.pk).update(holds_bounces=True)
    taken_off = HardBounce.objects.of(issue).filter(status=HardBounce.Status.TAKEN_OFF)
    _change(
        taken_off,
        before=Status.BOUNCED,
        after=Status.ACTIVE,
        kind=Consent.Kind.RESTORED,
        how="too much of the issue came back: held for staff",
    )
    taken_off.filter(subscriber__status=Status.ACTIVE).update(status=HardBounce.Status.HELD)
    staff_emails.notify_held(issue.pk)


@transaction.atomic
def take_off(issue: Issue, *, how: str) -> int:
    """Take off the list whoever is held of this issue, because staff say so; return how many.

    Who has confirmed anew since then stays.
    """
    _lock(issue)
    held = HardBounce.objects.of(issue).held()
    gone = _change(
        held.filter(subscriber__joined_at__lte=F("at")),
        before=Status.ACTIVE,
        after=Status.BOUNCED,
        kind=Consent.Kind.BOUNCED,
        how=how,
    )
    held.update(status=HardBounce.Status.CONFIRMED)
    Issue.objects.filter(pk=issue.pk).update(holds_bounces=False, bounced=0)
    return gone


@transaction.atomic
def keep_on(issue: Issue) -> int:
    """Keep on the list whoever is held of this issue; return how many.

    What bounces later waits again: nothing tells that a bad day is over.
    """
    _lock(issue)
    return HardBounce.objects.of(issue).held().update(status=HardBounce.Status.KEPT)


def _lock(issue: Issue) -> None:
    """Let one decide at a time, and nothing be noted meanwhile."""
    Issue.objects.select_for_update().only("pk").get(pk=issue.pk)


def _change(rows: HardBounceQuerySet, *, before: str, after: str, kind: str, how: str) -> int:
    """Give those whose status is `before` another one, with a consent row each; how many."""
    issues = dict(rows.values_list("subscriber", "issue"))
    chosen = Subscriber.objects.select_for_update().filter(pk__in=list(issues), status=before)
    found = list(chosen.order_by("pk").only("pk", "address_hash"))
    left_at = database_time.now() if after == Status.BOUNCED else None
    Subscriber.objects.filter(pk__in=[each.pk for each in found]).update(
        status=after, left_at=left_at
    )
    consents.record_all(found, kind, how=how[:200], issues=issues)
    return len(found)
