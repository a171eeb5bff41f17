"""What is written once stays as it was written, whatever a session asks for; its owner's too."""

from functools import reduce

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from appointments.models import Appointment
from core.database import append_only
from tests import database
from tests.core.staff.append_only_rows import key_of, number_of_rows, write_proofs
from tests.factories import make_appointment, monday

pytestmark = pytest.mark.django_db
IGNORE_ALL = """
    SELECT set_config('pgtrigger.ignore', array_agg(DISTINCT tgname)::text, true) FROM pg_trigger
"""
AS_REPLICA = "SET LOCAL session_replication_role = replica"
ATTACKS = [
    "UPDATE @table SET @key = @key",
    "UPDATE @table SET @key = @key WHERE @key = (SELECT min(@key) FROM @table)",
    "WITH x AS (UPDATE @table SET @key = @key RETURNING 1) SELECT * FROM x",
    "DELETE FROM @table",
    "TRUNCATE @table CASCADE",
    "TRUNCATE @all CASCADE",
    f"{IGNORE_ALL}; UPDATE @table SET @key = @key",
    f"{IGNORE_ALL}; DELETE FROM @table",
    f"{IGNORE_ALL}; TRUNCATE @table CASCADE",
    f"{AS_REPLICA}; UPDATE @table SET @key = @key",
    f"{AS_REPLICA}; DELETE FROM @table",
    f"{AS_REPLICA}; TRUNCATE @table CASCADE",
    "INSERT INTO @table SELECT * FROM @table ON CONFLICT (@key) DO UPDATE SET @key = EXCLUDED.@key",
    "MERGE INTO @table t USING @table s ON t.@key = s.@key WHEN MATCHED THEN DELETE",
    "MERGE INTO @table t USING @table s ON t.@key = s.@key"
    " WHEN MATCHED THEN UPDATE SET @key = s.@key",
    "CREATE TEMP VIEW seen AS SELECT * FROM @table; DELETE FROM seen",
    "DECLARE c CURSOR FOR SELECT * FROM @table FOR UPDATE; FETCH c;"
    " DELETE FROM @table WHERE CURRENT OF c",
]


def refusal(sql: str) -> str:
    """What the database says to it; nothing where it does it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        return str(error)
    return ""


@pytest.fixture
def _written(db):
    write_proofs()


@pytest.mark.parametrize("table", append_only.tables())
@pytest.mark.usefixtures("_written")
def test_no_statement_changes_or_removes_a_row(table):
    before = database.contents()
    words = {"@table": table, "@all": ", ".join(append_only.tables()), "@key": key_of(table)}
    for attack in ATTACKS:
        sql = reduce(lambda text, word: text.replace(*word), words.items(), attack)
        assert "never changed" in refusal(sql), sql
    assert database.contents() == before


@pytest.mark.parametrize("table", append_only.tables())
@pytest.mark.usefixtures("_written")
def test_pgtrigger_has_no_say(table):
    with pgtrigger.ignore():
        assert "never changed" in refusal(f"DELETE FROM {table}")
    assert number_of_rows(table)


def test_the_tables_that_say_so_are_the_tables_that_are_guarded():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, array_agg(tgname::text ORDER BY tgname)"
            " FROM pg_trigger WHERE tgenabled = 'A' AND tgfoid = %s::regproc GROUP BY 1",
            [append_only.FUNCTION],
        )
        guarded = dict(cursor.fetchall())
    assert guarded == {table: list(append_only.TRIGGERS) for table in append_only.tables()}
    assert {"staff_auditevent", "appointments_consent", "newsletter_consent"} <= guarded.keys()


@pytest.mark.parametrize(
    "trick",
    [
        IGNORE_ALL,
        "SET LOCAL session_replication_role = replica",
        "CREATE TEMP TABLE appointments_appointmentevent (LIKE appointments_appointmentevent)",
        "SET LOCAL search_path = pg_temp",
    ],
)
def test_no_visit_is_moved_past_its_history(trick):
    visit = make_appointment()
    with connection.cursor() as cursor:
        cursor.execute(trick)
        cursor.execute(
            "UPDATE public.appointments_appointment SET status = 'cancelled' WHERE id = %s",
            [visit.pk],
        )
        cursor.execute(
            "SELECT pgh_label, status FROM public.appointments_appointmentevent"
            " WHERE pgh_obj_id = %s",
            [visit.pk],
        )
        assert cursor.fetchall() == [("changed", "cancelled")]


def test_a_change_that_history_does_not_tell_of_leaves_no_row():
    visit = make_appointment(starts_at=monday("10:00"))
    before = number_of_rows("appointments_appointmentevent")
    Appointment.objects.filter(pk=visit.pk).update(status=visit.status, price_cents=1)
    assert number_of_rows("appointments_appointmentevent") == before
