"""A broker that is dead or hangs delays an e-mail. It loses none and costs the caller a second."""

import time

import pytest
from django.db import transaction

from core.mail import tasks
from core.mail.models import OutgoingEmail, State
from tests.core.mail.factories import make_email

pytestmark = pytest.mark.django_db(transaction=True)


def seconds(run) -> float:
    begin = time.monotonic()
    run()
    return time.monotonic() - begin


def test_a_dead_broker_is_no_error_for_the_caller(dead_broker):
    assert seconds(make_email) < 4
    assert OutgoingEmail.objects.get().state == State.WAITING


def test_a_hung_broker_costs_one_caller_a_second_and_the_next_ones_nothing(hung_broker):
    assert seconds(make_email) < 4
    assert seconds(lambda: [make_email() for _ in range(20)]) < 10


def test_the_transaction_is_over_before_the_broker_is_asked(hung_broker, monkeypatch):
    open_while_publishing = []
    publish = tasks.deliver.delay

    def note(pk: int) -> None:
        open_while_publishing.append(transaction.get_connection().in_atomic_block)
        publish(pk)

    monkeypatch.setattr(tasks.deliver, "delay", note)
    with transaction.atomic():
        make_email()
    assert open_while_publishing == [False]


def test_after_a_rest_one_caller_tries_the_broker_again(dead_broker):
    make_email()
    assert not tasks.broker.ready()
    tasks.broker._until = time.monotonic() - 1
    assert tasks.broker.ready()
    assert not tasks.broker.ready()
    tasks.broker.succeeded()
    assert tasks.broker.ready()
