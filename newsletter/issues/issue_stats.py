"""Counts of an issue: sums of its batches, and counts of the few deliveries with a reason."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Now, TruncHour

from core.database import database_time
from newsletter.models import Batch, Consent, Delivery, Event, Issue

RECENT = timedelta(minutes=2)
REASONS = 20


@dataclass(frozen=True)
class IssueStats:
    """How many deliveries there are, and what became of them so far."""

    total: int = 0
    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    skipped: int = 0
    deferred: int = 0
    rate: float = 0  # a second, over the last two minutes

    @property
    def settled(self) -> int:
        """Return how many will not be tried again by themselves."""
        return self.sent + self.failed + self.uncertain + self.skipped

    @property
    def left(self) -> int:
        """Return how many are still to be sent."""
        return max(0, self.total - self.settled)

    @property
    def percent(self) -> int:
        """Return how much of it is settled."""
        return 100 * self.settled // self.total if self.total else 0

    @property
    def time_left(self) -> timedelta | None:
        """Return how long the rest takes at this rate; None where nothing is being sent."""
        return timedelta(seconds=round(self.left / self.rate)) if self.rate else None


def current(issue: Issue) -> IssueStats:
    """Count the issue as it stands now, open batches included."""
    names = ("sent", "failed", "uncertain", "skipped")
    sums = issue.batches.aggregate(**{name: Sum(name, default=0) for name in names})
    ids = [pk for open_ids in _open(issue) for pk in open_ids]
    now = Counter(Delivery.objects.filter(pk__in=ids).values_list("status", flat=True))
    deferred = Delivery.objects.of(issue).with_a_reason().filter(status="deferred").count()
    counts = {name: sums[name] + now.get(name, 0) for name in names}
    return IssueStats(
        total=issue.total, deferred=deferred, rate=_rate(issue, now["sent"]), **counts
    )


def _open(issue: Issue) -> list[list[int]]:
    return list(issue.batches.filter(finished_at=None).values_list("ids", flat=True))


def _rate(issue: Issue, now_sent: int) -> float:
    if issue.status != Issue.Status.SENDING or issue.started_at is None:
        return 0
    recent = issue.batches.filter(finished_at__gte=Now() - RECENT)
    sent = recent.aggregate(sent=Sum("sent", default=0))["sent"] + now_sent
    span = min(RECENT, database_time.now() - issue.started_at).total_seconds()
    return sent / span if span > 0 else 0


def failure_reasons(issue: Issue) -> list[dict]:
    """Count the reasons why e-mails did not go out, or not yet; the most frequent first."""
    rows = Delivery.objects.of(issue).with_a_reason().exclude(status="sent")
    counted = rows.values("status", "reason").annotate(number=Count("pk")).order_by("-number")
    names = dict(Delivery.Status.choices)
    return [row | {"name": names[row["status"]]} for row in counted[:REASONS]]


def report_counts(issue: Issue) -> dict[str, int]:
    """Count what was reported, by kind, and who left by a link of this issue."""
    left = Consent.objects.filter(issue=issue.pk, kind=Consent.Kind.LEFT).count()
    counted = Event.objects.of_issue(issue.pk).counted()
    kinds = ("delivered", "bounced", "deferred", "refused", "complained")
    return {kind: counted.get(kind, 0) for kind in kinds} | {"left": left}


def rejection_reasons(issue: Issue) -> list[dict[str, Any]]:
    """Count why it was refused because of us, as reported later; the most frequent first."""
    rows = Event.objects.of_issue(issue.pk).filter(kind=Event.Kind.REFUSED).order_by()
    counted = rows.values_list("why").annotate(number=Count("pk")).order_by("-number")
    return [{"name": why, "number": number} for why, number in counted[:REASONS]]


def by_hour(issue: Issue) -> dict[str, list[tuple[datetime, int]]]:
    """Count for the plot, hour by hour: sent, bounced, complained, left."""
    sent = Batch.objects.filter(issue=issue, sent__gt=0, finished_at__isnull=False)
    events = Event.objects.of_issue(issue.pk).order_by()
    left = Consent.objects.filter(issue=issue.pk, kind=Consent.Kind.LEFT).order_by()
    return {
        "sent": _hours(sent.order_by(), "finished_at", Sum("sent")),
        "bounced": _hours(events.filter(kind="bounced"), "at", Count("pk")),
        "complained": _hours(events.filter(kind="complained"), "at", Count("pk")),
        "left": _hours(left, "at", Count("pk")),
    }


def _hours(rows: Any, field: str, number: Any) -> list[tuple[datetime, int]]:
    counted = rows.annotate(hour=TruncHour(field)).values_list("hour").annotate(number=number)
    return sorted(counted)
