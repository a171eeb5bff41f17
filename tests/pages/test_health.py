import logging
import socket
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from core.database.waiting import waiting
from core.monitoring import heartbeats, services
from curednation.celery import app
from pages import health
from tests.core.monitoring.health import PROCESSES

DEAD = "redis://127.0.0.1:1/0"
ELSEWHERE = "10.1.2.3:8000"  # how a prober names the machine: no host of the site


@pytest.fixture
def log(caplog, monkeypatch) -> Callable[[], str]:
    """What was written down since the test began, as one text."""
    monkeypatch.setattr(health, "_logged", [])
    caplog.set_level(logging.WARNING, logger=health.__name__)
    return lambda: "\n".join(
        record.getMessage() for record in caplog.records if record.name == health.__name__
    )


@pytest.fixture
def all_alive(db) -> None:
    for name in PROCESSES:
        heartbeats.record(name)


def answers(client: Client, path: str = "/readyz") -> tuple[int, dict[str, bool]]:
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()


def not_ready(client: Client) -> None:
    """Anybody learns that the site is not ready, and nothing else."""
    assert answers(client) == (503, {"ready": False, "healthy": False})


def not_healthy(client: Client) -> None:
    """It serves, so a balancer leaves it in; a prober that is strict learns of the trouble."""
    told = {"ready": True, "healthy": False}
    assert answers(client) == (200, told)
    assert answers(client, "/readyz?strict") == (503, told)


def test_ready_and_healthy_when_everything_answers(client, all_alive):
    for path in ("/readyz", "/readyz?strict"):
        assert answers(client, path) == (200, {"ready": True, "healthy": True})


@pytest.mark.parametrize("missing", PROCESSES)
def test_with_a_dead_worker_or_beat_it_serves_and_is_not_healthy(client, db, log, missing):
    for name in {*PROCESSES} - {missing}:
        heartbeats.record(name)
    not_healthy(client)
    assert log().count(f"{missing} has never been heard of") == 1


def test_a_dead_broker_is_named_in_the_log_without_its_address(client, all_alive, monkeypatch, log):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://:secret-word@127.0.0.1:1/0")
    not_healthy(client)
    assert "The broker does not answer. Is it running, and is BROKER_URL right?" in log()
    assert "secret-word" not in log()


def test_what_is_the_matter_is_written_down_once(client, all_alive, monkeypatch, log):
    with monkeypatch.context() as dead:
        dead.setattr(app.conf, "broker_write_url", DEAD)
        not_healthy(client)
    assert log().count("Not healthy.") == 1
    assert client.get("/readyz?strict").status_code == 200
    monkeypatch.setattr(app.conf, "broker_write_url", DEAD)
    not_healthy(client)
    assert log().count("Not healthy.") == 2


@pytest.mark.django_db
def test_services_that_hang_do_not_hang_the_check(client, monkeypatch, settings, log):
    with socket.create_server(("127.0.0.1", 0), backlog=20) as silent:
        port = silent.getsockname()[1]
        url = f"redis://127.0.0.1:{port}/0"
        monkeypatch.setattr(app.conf, "broker_write_url", url)
        settings.CACHES = settings.CACHES | {
            "default": settings.CACHES["default"] | {"LOCATION": url}
        }
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", str(port))
        started = time.monotonic()
        not_ready(client)
        took = time.monotonic() - started
    waiting.hung = None  # of this process, which speaks to the tests' own database again
    for name in services.ASKED:
        assert f"The {name} does not answer." in log() or f"The {name} did not answer" in log()
    assert took < 8


def test_a_dead_cache_is_named_in_the_log_and_the_site_serves(client, all_alive, dead_cache, log):
    not_healthy(client)
    assert "CACHE_URL" in log()


@pytest.mark.django_db
def test_a_dead_database_is_named_in_the_log_without_its_password(client, monkeypatch, log):
    for key, value in {"HOST": "127.0.0.1", "PORT": "1", "PASSWORD": "secret-word"}.items():
        monkeypatch.setitem(connection.settings_dict, key, value)
    not_ready(client)
    assert "DATABASE_URL" in log()
    assert "secret-word" not in log()


@pytest.mark.django_db(transaction=True)
def test_a_missing_migration_is_named_with_the_command_that_applies_it(client, log):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("pages", "0001_initial")
    try:
        not_ready(client)
    finally:
        recorder.record_applied("pages", "0001_initial")
    assert "pages.0001_initial" in log()
    assert "manage.py migrate" in log()


def test_the_process_is_up_although_every_service_is_down(client, dead_cache, monkeypatch):
    """Without the `db` fixture a query would fail here."""
    monkeypatch.setattr(app.conf, "broker_write_url", DEAD)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_a_prober_may_ask_by_address_and_nobody_else_may(client, all_alive, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["www.clinic.test"], True
    settings.METRICS_TOKEN = ""
    for path in ("/healthz", "/readyz"):
        response = client.get(path, HTTP_HOST=ELSEWHERE)
        assert (response.status_code, response["X-Content-Type-Options"]) == (200, "nosniff")
        assert ELSEWHERE not in response.content.decode()
    for path in ("/", "/healthz/", "/readyz/x", "/accounts/login/", "//healthz"):
        response = client.get(path, HTTP_HOST=ELSEWHERE, secure=True)
        assert response.status_code == 400, path
    assert client.post("/readyz", HTTP_HOST=ELSEWHERE).status_code == 405
