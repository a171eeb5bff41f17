"""Writing the subscribers to a CSV file that this site, and other programs, can import."""

from datetime import UTC, datetime
from typing import IO

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Exists, OuterRef, Value

from core import spreadsheets
from newsletter.models import Consent, Subscriber

AT_ONCE = 20_000


def export_subscribers(file: IO[str], *, status: str = "") -> int:
    """Write the subscribers as CSV, erased ones left out, and return how many.

    With a `status`, only those who have it.
    """
    people = Subscriber.objects.exclude(status=Subscriber.Status.ERASED).order_by("pk")
    if status:
        people = people.filter(status=status)
    topics = StringAgg("topics__slug", ";", order_by="topics__slug", default=Value(""))
    proofs = Consent.objects.filter(subscriber=OuterRef("pk"))
    unknown = Exists(proofs.filter(kind="imported", asked_at=None)) & ~Exists(
        proofs.filter(kind="confirmed")
    )
    rows = people.annotate(chosen=topics, unknown=unknown).values_list(
        "pk", "email", "status", "language", "joined_at", "left_at", "chosen", "unknown"
    )
    writer, count = spreadsheets.Writer(file), 0
    writer.row("email", "status", "language", "joined_at", "left_at", "topics")
    last = 0
    while part := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        for _, email, is_now, language, joined, left, chosen, not_known in part:
            since = "" if not_known else _moment(joined)
            writer.row(email, is_now, language, since, _moment(left), chosen)
        last, count = part[-1][0], count + len(part)
    return count


def _moment(when: datetime | None) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if when else ""
