"""Which numbers take no texts: what came back from them says so."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from core.database import database_time
from core.sms import numbers
from core.sms.models import PhoneState

# Numbers are given to others and moved to mobile phones: then it is tried once more.
UNREACHABLE_FOR = timedelta(days=90)


@dataclass(frozen=True)
class State:
    """What is known of one number."""

    unreachable: str = ""  # why nothing arrives there: a value of PhoneState.Unreachable
    stopped: bool = False

    @property
    def takes_texts(self) -> bool:
        return not self.unreachable and not self.stopped


def of(number: Any) -> State:
    """Return what is known of this number. One query."""
    row = PhoneState.objects.filter(number_hash=numbers.keyed_hash(number)).first()
    if row is None:
        return State()
    known_since = row.unreachable_at
    fresh = known_since is not None and known_since > database_time.now() - UNREACHABLE_FOR
    return State(row.unreachable if fresh else "", row.stopped_at is not None)


def record_unreachable(number: Any, what: str) -> None:
    """Note that texts do not arrive there: it is a landline, or nobody's number."""
    PhoneState.objects.update_or_create(
        number_hash=numbers.keyed_hash(number),
        defaults={"unreachable": what, "unreachable_at": Now()},
    )


def record_delivered(number: Any) -> None:
    """Note that a text has arrived there: it is a phone that takes them."""
    known = PhoneState.objects.filter(number_hash=numbers.keyed_hash(number)).exclude(
        unreachable=""
    )
    known.update(unreachable="", unreachable_at=None)


def record_stopped(number: Any) -> None:
    """Let no text go there before its owner says START."""
    PhoneState.objects.update_or_create(
        number_hash=numbers.keyed_hash(number), defaults={"stopped_at": Now()}
    )


def record_started(number: Any) -> None:
    """Let texts go there again."""
    stopped = PhoneState.objects.filter(number_hash=numbers.keyed_hash(number))
    stopped.update(stopped_at=None)
