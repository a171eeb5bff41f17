"""The call list, as the outbox is for e-mail: written with the change that owes it, and once.

Whatever would be mailed to somebody without an address becomes a call for the desk.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from appointments.models import Appointment, Call, CallStatus, WaitlistOffer
from core.database import database_time

KEPT = timedelta(days=30)  # after it was settled


class CallSettled(Exception):
    """Somebody else has made the call, or it is no longer of use."""


def add(
    kind: str,
    *,
    key: str,
    about: str,
    appointment: Appointment | None = None,
    offer: WaitlistOffer | None = None,
    overtakes: bool = False,
    wait: timedelta = timedelta(0),
    not_after: datetime | None = None,
) -> bool:
    """Write one call in the caller's transaction; return False when `key` was written before.

    `about`, `overtakes`, `wait` and `not_after` mean what they mean for an e-mail. Where nothing
    else says so, a call about a visit is of use until that ends.
    """
    now = database_time.now()
    if not_after is None and appointment is not None:
        not_after = appointment.ends_at
    call, is_new = Call.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "about": about,
            "appointment": appointment,
            "offer": offer,
            "created": now,
            "due_at": now + wait,
            "until": not_after,
        },
    )
    if is_new and overtakes:
        _drop(about, now, but=call.pk)
    return is_new


def drop(*, about: str) -> None:
    """Let nobody be called about this thing any more."""
    _drop(about, database_time.now())


def drop_all(abouts: Iterable[str]) -> None:
    """Let nobody be called about any of these things any more."""
    waits = Call.objects.filter(about__in=list(abouts), status=CallStatus.WAITING)
    waits.update(status=CallStatus.DROPPED, settled_at=database_time.now())


def restore(*, about: str, since: datetime) -> None:
    """Let what was dropped of this thing since then be called about after all."""
    dropped = Call.objects.filter(about=about, status=CallStatus.DROPPED, settled_at__gte=since)
    dropped.update(status=CallStatus.WAITING, settled_at=None)


def count_dropped(kind: str, *, about: str) -> int:
    """Return how many calls of this kind about this thing were dropped before they were made."""
    return Call.objects.filter(about=about, kind=kind, status=CallStatus.DROPPED).count()


def waiting() -> int:
    """Return how many calls there are to make now."""
    return Call.objects.open(database_time.now()).count()


def done(pk: int, *, by: str) -> None:
    """The patient was told. Raises CallSettled where it is settled already."""
    waits = Call.objects.filter(pk=pk, status=CallStatus.WAITING)
    now = database_time.now()
    if not waits.update(status=CallStatus.DONE, settled_at=now, settled_by=by[:80]):
        raise CallSettled


def no_answer(pk: int) -> None:
    """Nobody answered: it stands behind those that nobody has tried. Raises CallSettled."""
    call = Call.objects.filter(pk=pk, status=CallStatus.WAITING).first()
    if call is None:
        raise CallSettled
    tried = Call.objects.filter(pk=pk, status=CallStatus.WAITING)
    tried.update(tries=call.tries + 1, tried_at=database_time.now())


def was_told(kind: str, offer: WaitlistOffer) -> bool:
    """Whether somebody has called about this offer."""
    return Call.objects.filter(offer=offer, kind=kind, status=CallStatus.DONE).exists()


def purge(now: datetime) -> int:
    """Delete calls that were settled KEPT ago, and those whose time ended then; how many went."""
    old = Call.objects.filter(settled_at__lt=now - KEPT)
    over = Call.objects.filter(status=CallStatus.WAITING, until__lt=now - KEPT)
    return old.delete()[0] + over.delete()[0]


def _drop(about: str, now: datetime, *, but: int = 0) -> None:
    waits = Call.objects.filter(about=about, status=CallStatus.WAITING).exclude(pk=but)
    waits.update(status=CallStatus.DROPPED, settled_at=now)
