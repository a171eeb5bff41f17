"""The database's clock decides what is due; this machine's may be wrong."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core.database import database_time

FOLDERS = ["appointments", "articles", "newsletter", "core/mail", "core/staff"]
OWN_CLOCK = re.compile(r"timezone\.now\(\)|datetime\.now\(|date\.today\(|localdate\(\)")
# They show a day to staff, or ask for the offset of a zone: nothing is due by it.
SHOWN = {
    "articles/admin/dated_facts.py",
    "articles/admin/workflow_actions.py",
    "articles/views/article.py",
    "appointments/scheduling/time_zones.py",
    "newsletter/subscription/list_stats.py",
}
NEAR = timedelta(seconds=3)
REAL = database_time.now  # before the tests' own stands in its place


@pytest.fixture(autouse=True)
def _new_process(monkeypatch):
    """The real function, which has read nothing yet."""
    monkeypatch.setattr(database_time, "now", REAL)
    monkeypatch.setattr(database_time, "_last", None)


def by_the_database() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_no_module_asks_its_own_machine_what_is_due():
    found = [
        str(path.relative_to(settings.BASE_DIR))
        for folder in FOLDERS
        for path in Path(settings.BASE_DIR, folder).rglob("*.py")
        if "migrations" not in path.parts and OWN_CLOCK.search(path.read_text())
    ]
    assert set(found) == SHOWN


@pytest.mark.django_db
def test_it_is_the_databases_time_whatever_the_machine_says(caplog):
    true = datetime.now(UTC)
    with time_machine.travel(true + timedelta(days=5)):
        assert abs(database_time.now() - by_the_database()) < NEAR
        assert timedelta(seconds=database_time.ahead()) > timedelta(days=4)
    assert "seconds ahead of the database's" in caplog.text
    assert abs(database_time.now() - by_the_database()) < NEAR  # the machine's clock jumped back
    assert abs(database_time.ahead()) < NEAR.total_seconds()


@pytest.mark.django_db
def test_it_costs_one_query_a_minute(django_assert_num_queries):
    with django_assert_num_queries(1):
        times = [database_time.now() for _ in range(100)]
    assert times == sorted(times)


@pytest.mark.django_db
def test_in_a_transaction_that_failed_it_is_still_told():
    with transaction.atomic():
        transaction.set_rollback(True)
        assert abs(database_time.now() - timezone.now()) < NEAR


def test_without_a_database_it_is_the_time_that_was_read_last(monkeypatch):
    monkeypatch.setattr(database_time, "_database_time", lambda: None)
    assert abs(database_time.now() - timezone.now()) < NEAR
