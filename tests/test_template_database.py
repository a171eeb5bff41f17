"""The template of the test databases: whose migrations it holds, and when it is dropped."""

import os

import pytest
from django.db import connection

from tests import template_database
from tests.core.staff.deployed import administrator

PREFIX = f"test_old{template_database.MARK}{os.getpid()}_"


@pytest.fixture
def folder(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "clinic" / "migrations").mkdir(parents=True)
    (tmp_path / "clinic" / "migrations" / "0001_initial.py").write_text(
        "from django.db import migrations\nfrom clinic import early, guard\n"
    )
    (tmp_path / "clinic" / "guard.py").write_text("SQL = 1")
    (tmp_path / "clinic" / "views.py").write_text("")
    return tmp_path / "clinic"


@pytest.fixture
def made():
    """Make databases of these names, each with what its comment says."""
    names = []

    def make(**comments):
        with administrator() as cursor:
            for name, comment in comments.items():
                names.append(PREFIX + name)
                cursor.execute(f'CREATE DATABASE "{PREFIX}{name}"')
                cursor.execute(f'COMMENT ON DATABASE "{PREFIX}{name}" IS %s', [comment])

    yield make
    with administrator() as cursor:
        for name in names:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("migrations/0001_initial.py", True),
        ("migrations/0002_more.py", True),
        ("guard.py", True),
        ("views.py", False),
    ],
)
def test_another_template_is_used_when_what_shapes_the_database_changes(folder, path, other):
    before = template_database.fingerprint([folder])
    assert template_database.fingerprint([folder]) == before
    (folder / path).write_text("SQL = 2")
    assert (template_database.fingerprint([folder]) != before) is other


def test_another_checkout_with_the_same_migrations_shares_the_template(folder, settings):
    before = template_database.fingerprint([folder])
    other = folder.parent.rename(folder.parent.with_name("elsewhere"))
    settings.BASE_DIR = other
    assert template_database.fingerprint([other / "clinic"]) == before


def test_a_template_that_nobody_has_used_for_a_day_and_a_half_made_one_are_dropped(db, made):
    with administrator() as cursor:
        cursor.execute(
            "SELECT (now() - interval '25 hours')::text, (now() - interval '1 hour')::text"
        )
        [old, recent] = cursor.fetchone()
        made(old=old, recent=recent, unfinished=None)
        template_database.remove_unused(cursor, PREFIX)
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        assert cursor.fetchall() == [(f"{PREFIX}recent",)]


def test_a_role_that_may_not_have_a_template_does_without(db, monkeypatch):
    role = f"plain-{os.getpid()}"
    monkeypatch.setitem(connection.settings_dict, "TEST", connection.settings_dict["TEST"].copy())
    connection.settings_dict["TEST"].pop("TEMPLATE", None)
    with administrator() as cursor:
        cursor.execute(f'CREATE ROLE "{role}" LOGIN PASSWORD %s', ["pw"])
        try:
            monkeypatch.setitem(connection.settings_dict, "USER", role)
            monkeypatch.setitem(connection.settings_dict, "PASSWORD", "pw")
            template_database.use()
        finally:
            cursor.execute(f'DROP ROLE "{role}"')
    assert "TEMPLATE" not in connection.settings_dict["TEST"]
