"""The parts that other tests stand on are there and are what they say."""

import smtplib
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection
from django.db import connection

from core import broker
from core.circuit_breaker import cache_breaker
from core.guard import rate_limits
from curednation.celery import app
from tests.smtp import DROP


def test_the_database_is_a_postgres_of_this_test_process(db):
    assert connection.vendor == "postgresql"
    assert connection.settings_dict["NAME"].startswith("test_")


def test_the_cache_is_a_real_one(db):
    cache.set("word", "kept")
    assert cache.get("word") == "kept"


@pytest.mark.parametrize("_turn", [1, 2])
def test_a_service_that_was_away_in_one_test_is_asked_in_the_next(monkeypatch, _turn):
    asked = []
    for breaker in (cache_breaker, broker.breaker):
        breaker.attempt(lambda: asked.append("once") or True)
        breaker.attempt(lambda: 1 / 0)
    assert asked == ["once"] * 2
    with monkeypatch.context() as away:
        limit = rate_limits.allow_most, 1, timedelta(hours=1), "of this test"
        away.setattr(rate_limits, "shared_counts", lambda: 1 / 0)
        assert limit[0](*limit[1:])  # counted by this process
        assert not limit[0](*limit[1:])


def test_a_live_site_answers(live_site):
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{live_site.url}/no-such-page/", timeout=5)
    assert error.value.code == 404


def test_a_worker_takes_the_tasks_of_this_process(celery_worker):
    assert app.control.broadcast("ping", reply=True, limit=1, timeout=20)


def test_the_smtp_server_keeps_mail_and_fails_as_told(smtp_server):
    backend = get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=smtp_server.port
    )
    message = EmailMessage("Hello", "A text", "office@example.org", ["a@example.org"])
    smtp_server.answer("450 Busy")
    smtp_server.answer(DROP)
    with pytest.raises(smtplib.SMTPDataError):
        backend.send_messages([message])
    with pytest.raises(smtplib.SMTPServerDisconnected):
        backend.send_messages([message])
    assert backend.send_messages([message]) == 1
    assert [kept["Subject"] for kept in smtp_server.mails] == ["Hello", "Hello"]
    assert mail.outbox == []


def test_a_browser_opens_the_live_site(live_site, page):
    response = page.goto(f"{live_site.url}/no-such-page/")
    assert response.status == 404
