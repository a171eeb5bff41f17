"""What an address of the database says beside its name is added to what we ask of a connection."""

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from core.database.sessions import Connection
from core.environment import database_options
from tests.devstack.test_unsafe_settings import PRODUCTION, load


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {}),
        ("?options=-c%20search_path%3Dclinic", {"search_path": "clinic"}),
        ("?options=-c%20lock_timeout%3D9s", {"lock_timeout": "9s"}),
        (
            "?options=-csearch_path%3Dclinic%20--statement-timeout%3D7s&application_name=web",
            {"search_path": "clinic", "statement_timeout": "7s", "application_name": "web"},
        ),
        ("?application_name=web", {"application_name": "web"}),
    ],
)
def test_the_server_takes_what_the_address_adds(monkeypatch, query, shown):
    address = PRODUCTION["DATABASE_URL"] + query
    database = load(monkeypatch, **PRODUCTION | {"DATABASE_URL": address})["DATABASES"]["default"]
    here = connection.get_connection_params()
    where = {name: here[name] for name in ("host", "port", "user", "password") if name in here}
    session = psycopg2.connect(**where, dbname=here["dbname"], **database["OPTIONS"])
    with session, session.cursor() as cursor:
        for name, value in shown.items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,), name
    session.close()
    assert isinstance(session, Connection)


def test_a_connection_asks_for_nothing_that_a_pooler_refuses():
    assert "options" not in settings.DATABASES["default"]["OPTIONS"]


def test_an_owners_address_adds_to_them_too():
    ours = settings.DATABASES["default"]["OPTIONS"]
    both = database_options(ours, {"options": "-c role=owner", "connect_timeout": 9})
    assert both == ours | {"options": "-c role=owner", "connect_timeout": 9}
