"""Ten thousand texts through one worker: nothing lost, nothing doubled, and how fast."""

import random
import time
from collections import Counter

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import override_settings

from bench.table import Row
from core.outbox import recovery
from core.outbox.rows import OutboxStatus
from core.sms import delivery, outbox, reports
from core.sms.models import OutgoingText
from core.sms.providers.base import Outcome, Report
from tests.core.sms.servers import TelnyxServer
from tests.newsletter.issues import make_practice

TEXTS = 10_000
# Of so many the provider loses its answer, and of so many the worker is killed before it settles.
LOST = KILLED = 0.02
ROUNDS = 20


class _Killed(BaseException):
    """The worker is no more."""


def rows() -> list[Row]:
    """Send them, with answers that are lost and a worker that is killed again and again."""
    make_practice()
    dice = random.Random(18)  # noqa: S311  the same dice in every run
    limits = {"texts_in_all": "1000000/hour", "texts_per_address": "1000/hour"}
    with TelnyxServer() as server:
        with override_settings(SMS_PROVIDERS=[server.url], LIMITS=settings.LIMITS | limits):
            _write()
            server.before_answer = lambda text: _report(server, text, dice)
            begun = time.perf_counter()
            rounds = _drain(dice)
            seconds = time.perf_counter() - begun
        taken = Counter(text["to"] for text in server.taken)
    doubled = sum(count - 1 for count in taken.values())
    lost = TEXTS - len(taken)
    unsettled = OutgoingText.objects.exclude(status=OutboxStatus.SENT).count()
    return [
        Row("texts through one worker", f"{TEXTS / seconds:,.0f}/s", "", None),
        Row("rounds of the sweep until all were settled", str(rounds), "", None),
        Row(f"lost of {TEXTS:,}", str(lost + unsettled), "0", not lost and not unsettled),
        Row(f"doubled of {TEXTS:,}", str(doubled), "0", not doubled),
    ]


def _write() -> None:
    for number in range(TEXTS):
        outbox.enqueue(
            "code",
            key=f"bench:{number}",
            to=f"+1615{2_000_000 + number}",
            secret=True,
            code="424242",
            minutes=10,
        )


def _report(server: TelnyxServer, text: dict[str, str], dice: random.Random) -> None:
    """Tell that it was taken, as its webhook does, and now and then lose the answer."""
    reports.process(Report(reference=text["ref"], provider_id=text["id"], outcome=Outcome.ACCEPTED))
    connection.close()
    if dice.random() < LOST:
        server.loses = 1


def _drain(dice: random.Random) -> int:
    """Deliver what is due, round after round; a killed worker's lease ends with its round."""
    settle = delivery._sent

    def settle_or_die(*arguments: object) -> None:
        if dice.random() < KILLED:
            raise _Killed
        settle(*arguments)

    delivery._sent = settle_or_die
    try:
        for nth in range(1, ROUNDS + 1):
            OutgoingText.objects.filter(status=OutboxStatus.WAITING).update(due_at=Now())
            while pks := recovery.take_overdue(OutgoingText.objects.all()):
                for pk in pks:
                    _deliver(pk)
            OutgoingText.objects.filter(status=OutboxStatus.SENDING).update(lease_until=Now())
            while delivery.release_abandoned():
                pass
            if not OutgoingText.objects.exclude(status=OutboxStatus.SENT).exists():
                return nth
    finally:
        delivery._sent = settle
    return ROUNDS


def _deliver(pk: int) -> None:
    try:
        delivery.deliver(pk)
    except _Killed:
        return
