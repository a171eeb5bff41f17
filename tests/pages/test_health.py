import logging
import socket
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from curednation.celery import app
from pages import health

DEAD = "redis://127.0.0.1:1/0"


@pytest.fixture
def log(caplog, monkeypatch) -> Callable[[], str]:
    """What was written down since the test began, as one text."""
    monkeypatch.setattr(health, "_logged", {})
    caplog.set_level(logging.WARNING, logger=health.__name__)
    return lambda: "\n".join(
        record.getMessage() for record in caplog.records if record.name == health.__name__
    )


def not_ready(client: Client) -> None:
    """Anybody learns that the site is not ready, and nothing else."""
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False}


@pytest.mark.django_db
def test_ready_when_everything_answers(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_dead_broker_is_named_in_the_log_without_its_address(client, monkeypatch, log):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://:secret-word@127.0.0.1:1/0")
    not_ready(client)
    sentence = "The broker does not answer. Is it running, and is BROKER_URL right?"
    assert log() == f"Not ready. {sentence}"


@pytest.mark.django_db
def test_what_is_the_matter_is_written_down_once(client, monkeypatch, log):
    with monkeypatch.context() as dead:
        dead.setattr(app.conf, "broker_write_url", DEAD)
        not_ready(client)
        not_ready(client)
    assert log().count("Not ready.") == 1
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr(app.conf, "broker_write_url", DEAD)
    not_ready(client)
    assert log().count("Not ready.") == 2


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
    for name in health.CHECKS:
        assert f"The {name} does not answer." in log()
    assert took < 8


@pytest.mark.django_db
def test_a_dead_cache_is_named_in_the_log(client, dead_cache, log):
    not_ready(client)
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
