"""Dead addresses, issue by issue: taken off the list at once, or held for staff where too many.

No list is emptied by one bad day. When more of an issue comes back than NEWSLETTER_HELD_PERCENT,
all of it waits: who was taken off because of that issue is on the list again until staff decide.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from newsletter.issues import staff_emails
from newsletter.models import Consent, HardBounce, Issue, Subscriber
from newsletter.models.bounces import HardBounceQuerySet
from newsletter.subscription import consents
from newsletter.subscription.unsubscribe import suppress

Status = Subscriber.Status
FEW = 2  # of a small list, whatever share they are; of a very small one half of it


@transaction.atomic
def bounced(subscriber: Subscriber, *, how: str, issue: int = 0) -> bool:
    """Nobody reads at this address any more, as this issue showed. True if they are off the list.

    False where it waits for staff, or was told before. `how` is for staff and holds no address.
    """
    found = Issue.objects.select_for_update().filter(pk=issue).only("pk", *_JUDGED).first()
    if found is not None and not _few(found, subscriber, how):
        return False
    return suppress(subscriber, because=Status.BOUNCED, how=how, issue=issue)


_JUDGED = ("total", "bounced", "holds_bounces")


def allowed(total: int) -> int:
    """Return how many readers of an issue with `total` recipients may come back for good."""
    few = min(FEW, max(1, total // 2)) if total else FEW
    return max(few, total * settings.NEWSLETTER_HELD_PERCENT // 100)


def _few(issue: Issue, subscriber: Subscriber, how: str) -> bool:
    """Note that this reader came back; whether they are few enough to be believed."""
    if not Subscriber.objects.active().filter(pk=subscriber.pk).exists():
        return False
    status = HardBounce.Status.HELD if issue.holds_bounces else HardBounce.Status.TAKEN_OFF
    row, is_new = HardBounce.objects.get_or_create(
        issue=issue, subscriber=subscriber, defaults={"status": status, "why": how[:200]}
    )
    if not is_new:
        return False
    if issue.holds_bounces:
        _tell_of_the_first(row)
        return False
    Issue.objects.filter(pk=issue.pk).update(bounced=F("bounced") + 1)
    if issue.bounced + 1 <= allowed(issue.total):
        return True
    _hold(issue)
    return False


def _tell_of_the_first(row: HardBounce) -> None:
    """Staff have decided about those before."""
    others = HardBounce.objects.of(row.issue).held().exclude(pk=row.pk)
    if not others.exists():
        staff_emails.held(row.issue_id)


def _hold(issue: Issue) -> None:
    Issue.objects.filter(pk=issue.pk).update(holds_bounces=True)
    of_late = HardBounce.objects.of(issue).filter(status=HardBounce.Status.TAKEN_OFF)
    _change(
        of_late,
        before=Status.BOUNCED,
        after=Status.ACTIVE,
        kind=Consent.Kind.RESTORED,
        how="too much of the issue came back: held for staff",
    )
    of_late.filter(subscriber__status=Status.ACTIVE).update(status=HardBounce.Status.HELD)
    staff_emails.held(issue.pk)


@transaction.atomic
def take_off(issue: Issue, *, how: str) -> int:
    """Take off the list whoever is held of this issue, because staff say so; how many.

    Who has confirmed anew since then stays.
    """
    _locked(issue)
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
    """Keep on the list whoever is held of this issue; how many. What comes back later waits again.

    That a bad day is over, nothing tells: so the issue goes on holding.
    """
    _locked(issue)
    return HardBounce.objects.of(issue).held().update(status=HardBounce.Status.KEPT)


def _locked(issue: Issue) -> None:
    """One decides at a time, and nothing is noted meanwhile."""
    Issue.objects.select_for_update().only("pk").get(pk=issue.pk)


def _change(rows: HardBounceQuerySet, *, before: str, after: str, kind: str, how: str) -> int:
    """Give the readers of these rows another status, with a proof each, where this one is true."""
    issues = dict(rows.values_list("subscriber", "issue"))
    chosen = Subscriber.objects.select_for_update().filter(pk__in=list(issues), status=before)
    found = list(chosen.order_by("pk").only("pk", "address_hash"))
    left_at = timezone.now() if after == Status.BOUNCED else None
    Subscriber.objects.filter(pk__in=[each.pk for each in found]).update(
        status=after, left_at=left_at
    )
    consents.record_all(found, kind, how=how[:200], issues=issues)
    return len(found)
