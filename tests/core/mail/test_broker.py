"""A broker that is dead or hangs delays an e-mail. It loses none and costs the caller a second."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from core import broker
from core.mail.models import EmailStatus, OutgoingEmail
from curednation.celery import app
from tests.core.mail.factories import make_email
from tests.silent_server import nobody_has_rested

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dead_broker_is_no_error_for_the_caller(dead_broker):
    make_email()
    assert OutgoingEmail.objects.get().status == EmailStatus.WAITING


def test_a_hung_broker_costs_one_caller_a_second_and_the_next_ones_nothing(hung_broker):
    with nobody_has_rested():
        make_email()
        assert hung_broker.came() == 1
        for _ in range(20):
            make_email()
    assert hung_broker.came() == 0


def test_a_hung_broker_costs_a_second_once_whatever_is_published(hung_broker):
    others = ("core.mail.tasks.deliver", "appointments.tasks.offer_freed_times")
    with nobody_has_rested():
        for name in ("newsletter.tasks.send", *others * 10):
            assert not broker.publish(name)
    assert hung_broker.came() == 1


def test_the_broker_says_how_many_tasks_wait(dead_broker):
    task = "core.mail.tasks.deliver"
    assert broker.queue_length(task) == 0  # it is away


def test_it_counts_those_of_the_queue_of_this_task():
    app.control.purge()
    assert broker.queue_length("core.mail.tasks.deliver") == 0
    for number in range(3):
        broker.publish("core.mail.tasks.deliver", number)
    broker.publish("newsletter.tasks.send_issue", 1)
    assert broker.queue_length("core.mail.tasks.deliver") == 3
    assert broker.queue_length("core.mail.tasks.sweep") == 0
    assert app.control.purge() == 4


def test_the_transaction_is_over_before_the_broker_is_asked(hung_broker, monkeypatch):
    open_while_publishing = []

    def note(*_args: object, **_options: object) -> None:
        open_while_publishing.append(transaction.get_connection().in_atomic_block)

    monkeypatch.setattr(broker.current_app, "send_task", note)
    with transaction.atomic():
        make_email()
    assert open_while_publishing == [False]


def test_every_task_that_is_published_or_scheduled_is_one_that_workers_know():
    app.loader.import_default_modules()
    name = re.compile(r'"((?:core|appointments|articles|newsletter)(?:\.\w+)*\.tasks\.\w+)"')
    modules = [
        path
        for folder in ("core", "curednation", "pages", "appointments", "articles", "newsletter")
        for path in Path(settings.BASE_DIR, folder).rglob("*.py")
    ]
    named = {task for path in modules for task in name.findall(path.read_text())}
    assert named >= {"core.mail.tasks.deliver", "articles.tasks.check_links"}
    assert named - {settings.PICTURES["PROCESSOR"]} <= app.tasks.keys()
