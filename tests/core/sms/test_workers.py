"""Many texts through workers that are killed and a provider that loses answers: none lost, none
doubled. `bench/texts.py` does the same with ten thousand."""

import random
import threading
from collections import Counter

import pytest
from django.db import connection
from django.db.models.functions import Now

from core.outbox.rows import OutboxStatus
from core.sms import delivery, reports
from core.sms.models import OutgoingText
from core.sms.providers.base import Outcome, Report
from tests.core.sms.factories import make_text
from tests.core.sms.servers import TwilioServer
from tests.pages.factories import make_practice

TEXTS = 60


class Killed(BaseException):
    """A worker that is no more."""


@pytest.mark.django_db(transaction=True)
def test_of_many_texts_none_is_lost_and_none_is_doubled(settings, monkeypatch):
    settings.LIMITS = settings.LIMITS | {"texts_in_all": "100000/hour"}
    make_practice()
    dice = random.Random(18)
    with TwilioServer() as server:
        settings.SMS_PROVIDERS = [server.url]
        texts = [make_text(to=f"+1615555{number:04}") for number in range(100, 100 + TEXTS)]
        server.before_answer = lambda text: _report_then_perhaps_lose(server, text, dice)
        sent = delivery._sent
        monkeypatch.setattr(delivery, "_sent", lambda *a: _die_or(sent, a, dice))
        for _ in range(30):
            _run_workers([text.pk for text in texts])
            OutgoingText.objects.filter(status="sending").update(lease_until=Now())
            delivery.release_abandoned()
            if not OutgoingText.objects.exclude(status=OutboxStatus.SENT).exists():
                break
        taken = Counter(text["to"] for text in server.taken)
    assert set(taken.values()) == {1}
    assert len(taken) == TEXTS
    assert OutgoingText.objects.filter(status=OutboxStatus.SENT).count() == TEXTS


def _report_then_perhaps_lose(server: TwilioServer, text: dict[str, str], dice) -> None:
    """The provider reports what it took, and now and then its answer is lost."""
    report = Report(reference=text["ref"], provider_id=text["id"], outcome=Outcome.ACCEPTED)
    reports.process(report)
    connection.close()
    if dice.random() < 0.2:
        server.loses = 1


def _die_or(settle, arguments, dice) -> None:
    if dice.random() < 0.2:
        raise Killed
    settle(*arguments)


def _run_workers(pks: list[int]) -> None:
    """Two workers that are told of every text, both of them."""

    def work(order: list[int]) -> None:
        for pk in order:
            try:
                delivery.deliver(pk)
            except Killed:
                continue
        connection.close()

    workers = [threading.Thread(target=work, args=[order]) for order in (pks, pks[::-1])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
