"""What an address of the database says beside its name is added to our time limits."""

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from core.environment import database_options
from tests.devstack.test_unsafe_settings import PRODUCTION, load

LIMITS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "1min",
}


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
def test_the_server_keeps_our_limits_and_takes_what_the_address_adds(monkeypatch, query, shown):
    address = PRODUCTION["DATABASE_URL"] + query
    database = load(monkeypatch, **PRODUCTION | {"DATABASE_URL": address})["DATABASES"]["default"]
    here = connection.get_connection_params()
    where = {name: here[name] for name in ("host", "port", "user", "password") if name in here}
    session = psycopg2.connect(**where, dbname=here["dbname"], **database["OPTIONS"])
    with session, session.cursor() as cursor:
        for name, value in (LIMITS | shown).items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,), name
    session.close()
    assert database["OPTIONS"]["connect_timeout"] == 5


def test_an_owners_address_adds_to_them_too():
    ours = settings.DATABASES["default"]["OPTIONS"]
    both = database_options(ours, {"options": "-c role=owner", "connect_timeout": 9})
    assert both["options"] == f"{ours['options']} -c role=owner"
    assert both["connect_timeout"] == 9
