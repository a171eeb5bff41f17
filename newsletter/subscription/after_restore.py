"""Readers after a restore: who left, complained or was erased since the backup stays so.

What is kept beside a backup of them is a keyed hash of each address, as in the proofs.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from newsletter.models import Consent, Subscriber
from newsletter.subscription import erasure
from newsletter.subscription.unsubscribe import suppress, unsubscribe

Kind, Status = Consent.Kind, Subscriber.Status
AFTERWARDS = "done again after a restore"
LONGEST_COMMIT = timedelta(hours=1)  # a proof may be dated so long before anybody can see it
# Whoever is not known any more must not be written to either, should a list be brought in.
UNWANTED = (Kind.LEFT, Kind.COMPLAINED, Kind.BOUNCED, Kind.ERASED)


def changed_since(since: datetime) -> list[tuple[str, str]]:
    """Return hash and kind of each proof since then, in order."""
    # Every kind, which the index asks for first.
    rows = Consent.objects.filter(kind__in=Kind.values, at__gte=since - LONGEST_COMMIT)
    rows = rows.order_by("at", "pk")
    return list(rows.values_list("address_hash", "kind"))


def do_again(changes: Iterable[tuple[str, str]]) -> int:
    """Do what readers wanted last, where it takes them off the list; return how many that were.

    Nobody is put on the list by it. Safe to run twice.
    """
    last = dict(changes)
    known = Subscriber.objects.in_bulk(list(last), field_name="address_hash")
    return sum(_do(known.get(hashed), hashed, kind) for hashed, kind in last.items())


def _do(reader: Subscriber | None, hashed: str, kind: str) -> bool:
    if kind not in UNWANTED:
        return False
    if reader is None:
        Subscriber.objects.create(address_hash=hashed, status=Status.ERASED)
        return True
    if kind == Kind.ERASED:
        return erasure.erase(reader, how=AFTERWARDS)
    if kind == Kind.LEFT:
        return unsubscribe(reader, how=AFTERWARDS)
    return suppress(reader, because=Status(kind), how=AFTERWARDS)
