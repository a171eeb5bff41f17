import socket
import time

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from curednation.celery import app

DEAD = "redis://127.0.0.1:1/0"


@pytest.mark.django_db
def test_ready_when_everything_answers(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {"database": "ok", "broker": "ok", "cache": "ok"},
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_dead_broker_is_named_without_its_address(client, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://:secret-word@127.0.0.1:1/0")
    response = client.get("/readyz")
    assert response.status_code == 503
    checks = response.json()["checks"]
    assert checks["broker"] == "The broker does not answer. Is it running, and is BROKER_URL right?"
    assert checks["database"] == checks["cache"] == "ok"
    assert "secret-word" not in response.text


@pytest.mark.django_db
def test_services_that_hang_do_not_hang_the_check(client, monkeypatch, settings):
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
        response = client.get("/readyz")
        took = time.monotonic() - started
    assert response.status_code == 503
    for name, sentence in response.json()["checks"].items():
        assert sentence.startswith(f"The {name} does not answer.")
    assert took < 8


@pytest.mark.django_db
def test_a_dead_cache_is_named(client, dead_cache):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "CACHE_URL" in response.json()["checks"]["cache"]


@pytest.mark.django_db
def test_a_dead_database_is_named_without_its_password(client, monkeypatch):
    for key, value in {"HOST": "127.0.0.1", "PORT": "1", "PASSWORD": "secret-word"}.items():
        monkeypatch.setitem(connection.settings_dict, key, value)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "DATABASE_URL" in response.json()["checks"]["database"]
    assert "secret-word" not in response.text


@pytest.mark.django_db(transaction=True)
def test_a_missing_migration_is_named_with_the_command_that_applies_it(client):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("pages", "0001_initial")
    try:
        response = client.get("/readyz")
    finally:
        recorder.record_applied("pages", "0001_initial")
    assert response.status_code == 503
    sentence = response.json()["checks"]["database"]
    assert "pages.0001_initial" in sentence
    assert "manage.py migrate" in sentence


def test_the_process_is_up_although_every_service_is_down(client, dead_cache, monkeypatch):
    """Without the `db` fixture a query would fail here."""
    monkeypatch.setattr(app.conf, "broker_write_url", DEAD)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
