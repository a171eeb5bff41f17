"""Letters have a worker of their own, and somebody is told when one is missing."""

import pytest
from django.conf import settings

from core.worker_queues import WorkerQueues
from curednation import worker_checks
from curednation.celery import app
from tests import processes
from tests.core.mail.conftest import broker_down

QUEUES = WorkerQueues.named("clinic")


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        (["clinic", "clinic-periodic", "clinic-newsletter"], ["clinic", "clinic-periodic"]),
        (["clinic", "clinic-newsletter"], ["clinic", "clinic-periodic"]),
        (["clinic"], ["clinic", "clinic-periodic"]),
        (["clinic-newsletter"], ["clinic-newsletter"]),
        (["clinic-newsletter", "other"], ["clinic", "clinic-periodic", "other"]),
    ],
)
def test_a_worker_takes_letters_alone_or_none(asked, taken):
    assert QUEUES.of_worker(asked) == taken


@pytest.mark.parametrize(
    ("running", "words"),
    [
        ({"a": ["clinic", "clinic-periodic"], "b": ["clinic-newsletter"]}, []),
        ({"b": ["clinic-newsletter"]}, ["the clinic's mail", "what beat starts"]),
        ({"a": ["clinic", "clinic-periodic"]}, ["takes letters"]),
        ({"a": ["clinic"], "b": ["clinic-newsletter"]}, ["what beat starts"]),
        ({"a": ["clinic", "clinic-periodic", "clinic-newsletter"]}, ["takes letters too"]),
        (
            {
                "a": ["clinic", "clinic-periodic", "clinic-newsletter"],
                "b": ["clinic", "clinic-periodic"],
            },
            [],
        ),
        ({}, ["the clinic's mail", "what beat starts", "takes letters"]),
    ],
)
def test_what_is_wrong_with_the_workers_that_run_is_said(running, words):
    problems = list(QUEUES.problems(running))
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))


def test_no_task_of_the_clinic_goes_where_letters_go():
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    letters = {
        name
        for name in ours
        if app.amqp.router.route({}, name)["queue"].name == settings.WORKER_QUEUES.letters
    }
    assert letters == {
        "newsletter.tasks.send_issue",
        "newsletter.tasks.read_bounces",
        "newsletter.tasks.read_list_upload",
        "articles.tasks.check_links",
        "articles.tasks.make_sizes",
        "articles.tasks.make_missing_sizes",
    }
    mail = app.amqp.router.route({}, "core.mail.tasks.deliver")["queue"].name
    sweep = app.amqp.router.route({}, "core.mail.tasks.sweep")["queue"].name
    assert (mail, sweep) == settings.WORKER_QUEUES[:2]


@pytest.mark.django_db(transaction=True)
def test_the_check_asks_the_workers_that_run(start_worker):
    def said() -> str:
        return "".join(str(message) for message in worker_checks.workers_run(databases=["default"]))

    assert "No worker takes the clinic's mail" in said()
    # As an older installation starts it: it asks for everything, and gets what is the clinic's.
    start_worker()
    [taken] = worker_checks.taken_queues().values()
    assert taken == list(settings.WORKER_QUEUES[:2])
    assert "No worker takes letters" in said()
    with processes.letters_worker():
        assert said() == ""
    with broker_down():
        assert "The broker does not answer" in said()
