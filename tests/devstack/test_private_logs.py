"""Nothing about a person reaches the logs: no token of a link, no query, no value of a form."""

import logging
import logging.config
from typing import Any

import pytest
from celery import shared_task
from celery.exceptions import Reject
from django.conf import settings
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.urls import path
from kombu import Message

from curednation.celery import app as celery_app

LOGGING: dict[str, Any] = settings.LOGGING
TOKEN = "canary-token-57Xq"


def fails(request, token):
    raise ValueError(f"{request.GET.get('name')} is not a name")


def clashes(request, token):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE mails (address text PRIMARY KEY)")
        cursor.execute("INSERT INTO mails VALUES (%s), (%s)", [TOKEN, TOKEN])


def fine(request, token):
    return HttpResponse("fine", status=410)


urlpatterns = [
    path("fails/<token>/", fails),
    path("clashes/<token>/", clashes),
    path("gone/<token>/", fine),
]


@pytest.mark.urls(__name__)
@pytest.mark.django_db
@pytest.mark.parametrize("place", ["fails", "clashes", "gone", "missing"])
def test_a_failed_request_is_logged_without_its_data(client, production_log, place):
    client.raise_request_exception = False
    client.get(f"/{place}/{TOKEN}/", {"name": f"Grace {TOKEN}"})
    said = production_log.getvalue()
    assert "django.request" in said
    assert TOKEN not in said
    assert "Grace" not in said


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_failed_request_can_still_be_found_by_route_and_place(client, production_log):
    client.raise_request_exception = False
    client.get(f"/clashes/{TOKEN}/")
    said = production_log.getvalue()
    assert "/clashes/<token>/" in said
    assert "in clashes" in said
    assert "constraint_name=mails_pkey" in said
    assert IntegrityError.__name__ in said


def test_a_failed_task_is_logged_without_what_it_was_told(production_log):
    try:
        raise ValueError(TOKEN)
    except ValueError as error:
        told = {"name": "mail.deliver", "id": "7", "exc": repr(error), "args": f"({TOKEN})"}
        logging.getLogger("celery.app.trace").error(
            "Task %(name)s[%(id)s] raised %(exc)s %(args)s", told, exc_info=True
        )
    assert "Task mail.deliver[7] raised ValueError" in production_log.getvalue()
    assert TOKEN not in production_log.getvalue()


class Odd(Exception):
    """Its `repr` is the text itself, as some libraries write theirs."""

    def __repr__(self) -> str:
        return f"<{self.args[0]}>"


@shared_task(bind=True, max_retries=0)
def canary(self, told: str, *, how: str) -> str:
    if how == "returns":
        return told
    if how == "retries":
        raise self.retry(exc=Odd(told), throw=True)
    if how == "is odd":
        raise Odd(told)
    if how == "is refused":
        raise Reject(told)
    raise ValueError(told)


@pytest.mark.parametrize("how", ["returns", "raises", "retries", "is odd", "is refused"])
def test_what_celery_says_of_a_task_names_it_and_nothing_it_was_told(production_log, how):
    logging.getLogger("celery").setLevel(logging.INFO)
    canary.apply(args=[TOKEN], kwargs={"how": how})
    assert f"Task {canary.name}[" in production_log.getvalue()
    assert TOKEN not in production_log.getvalue()


def test_no_word_that_celery_knows_of_a_task_says_what_it_was_told(production_log):
    """Whatever format a worker is given: these are all the names of celery.app.trace."""
    told = dict.fromkeys(
        ("args", "kwargs", "return_value", "traceback", "exc", "description", "hostname"), TOKEN
    )
    words = " ".join(f"%({name})s" for name in told if name not in ("description", "hostname"))
    logging.getLogger("celery.app.trace").error(f"Task %(name)s {words}", told | {"name": "x.y"})
    assert "Task x.y" in production_log.getvalue()
    assert TOKEN not in production_log.getvalue()


def test_nothing_is_mailed_about_an_error():
    handlers = LOGGING["handlers"].values()
    assert {handler["class"] for handler in handlers} == {"logging.StreamHandler"}
    assert LOGGING["loggers"]["django"]["handlers"] == []
    assert [type(handler) for handler in logging.getLogger("django").handlers] == []


def test_a_worker_writes_its_log_as_the_settings_say(monkeypatch):
    """Celery's own handler and format would print what a task was told."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    monkeypatch.setattr(celery_app.log, "already_setup", False)
    celery_app.log.setup_logging_subsystem(loglevel=logging.DEBUG)
    try:
        assert (root.level, root.handlers) == before
    finally:
        root.level, root.handlers = before


class GoneChannel:
    """One whose connection is lost."""

    no_ack_consumers = None

    def basic_ack(self, *_, **__):
        raise ConnectionError


def test_a_task_that_ends_while_its_broker_is_away_is_a_warning_in_one_line(caplog):
    message = Message(delivery_tag="7", channel=GoneChannel())
    logger = logging.getLogger("celery.worker.request")
    message.ack_log_error(logger, (ConnectionError,))
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == "A task ended while its broker was away: it comes again."
    assert record.exc_info is None
