"""Whoever could write in the database as its owner cannot change a record without a trace."""

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg2
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core.mail.models import OutgoingEmail
from core.staff import tasks
from core.staff.audit import hash_chain, trail
from core.staff.models import AuditEvent, ChainLink
from curednation.production import heads_leave_the_site
from tests.core.staff.append_only_rows import write_proofs
from tests.core.staff.people import make_staff
from tests.database import unguarded

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def rows() -> list[AuditEvent]:
    """Five rows, sealed behind all that stood there."""
    user = make_staff()
    hash_chain.seal()
    written = [trail.record(None, "sign-in", user=user, object_pks=[n]) for n in range(5)]
    hash_chain.seal()
    return written


def verify(**options) -> str:
    """What the command says, whether it finds something or not."""
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out, **options)
    except CommandError:
        assert out.getvalue()
        return out.getvalue()
    assert "as they were sealed" in out.getvalue()
    return ""


def as_owner(statement: str, *values: object) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


def write_the_chain_anew() -> None:
    """What an owner would do who knows how all this works."""
    as_owner("DELETE FROM staff_chainlink")
    hash_chain.seal()


# ── nothing is wrong ──────────────────────────────────────────────────────────


def test_what_nobody_touched_is_as_it_was_sealed(rows):
    write_proofs()
    assert verify() == ""
    assert {link.table_name for link in ChainLink.objects.all()} == set(hash_chain.sealed_models())


def test_sealing_again_adds_what_is_new_and_nothing_twice(rows):
    first = hash_chain.head()
    assert hash_chain.seal() == first
    trail.record(None, "sign-out")
    assert hash_chain.seal().rows == first.rows + 1
    assert verify() == ""
    assert verify(head=first.hash, count=first.rows) == ""


def test_a_row_that_is_not_sealed_yet_is_no_matter_for_an_hour(rows):
    trail.record(None, "sign-out")
    assert verify() == ""
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        assert "are not sealed" in verify()


def test_a_number_that_a_rollback_left_out_is_no_gap(rows):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('staff_auditevent', 'id'))")
    trail.record(None, "sign-out")
    hash_chain.seal()
    assert verify() == ""


@pytest.mark.django_db(transaction=True)
def test_who_commits_after_later_rows_were_sealed_is_sealed_next():
    trail.record(None, "first")
    before = hash_chain.seal().rows
    with other_session() as other:
        other.execute("BEGIN")
        other.execute(
            "INSERT INTO staff_auditevent (at, email, action, model, object_pks, network)"
            " VALUES (%s, '', 'slow', '', '{}', '')",
            [timezone.now()],
        )
        later = trail.record(None, "later")
        assert hash_chain.seal().rows == before + 1
        other.execute("COMMIT")
    slow = AuditEvent.objects.get(action="slow")
    assert slow.pk < later.pk
    assert hash_chain.seal().rows == before + 2
    assert verify() == ""


@pytest.mark.django_db(transaction=True)
def test_nobody_seals_while_another_does_and_nobody_who_is_recorded_waits():
    before = hash_chain.seal().rows
    with other_session() as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(%s)", [hash_chain.LOCK])
        assert hash_chain.seal() is None
        trail.record(None, "meanwhile")
        other.execute("COMMIT")
    assert hash_chain.seal().rows == before + 1


@contextmanager
def other_session() -> Iterator:
    """A cursor of another connection; each statement is a transaction."""
    session = psycopg2.connect(**connection.get_connection_params())
    session.autocommit = True
    with closing(session), session.cursor() as cursor:
        yield cursor


# ── something is ──────────────────────────────────────────────────────────────

CHANGES = {
    "at": "at + interval '1 second'",
    "user_pk": "user_pk + 1",
    "email": "'somebody@example.org'",
    "action": "'nothing'",
    "model": "'staff.user'",
    "object_pks": "'{7}'",
    "count": "1",
    "network": "'192.0.2.1'",
    "api_key": "1",
}


def test_every_column_is_sealed():
    assert CHANGES.keys() | {"id"} == {field.column for field in AuditEvent._meta.fields}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_row_is_found(rows, column):
    as_owner(f"UPDATE staff_auditevent SET {column} = {CHANGES[column]} WHERE id = %s", rows[2].pk)
    [problem] = verify().splitlines()
    assert problem.startswith(f"Row {rows[2].pk} of staff_auditevent is not what was sealed")


def test_a_row_under_another_number_is_found(rows):
    as_owner("UPDATE staff_auditevent SET id = id + 1000 WHERE id = %s", rows[2].pk)
    assert f"Row {rows[2].pk} of staff_auditevent is missing" in verify()


@pytest.mark.parametrize("nth", [0, 2, 4])
def test_a_missing_row_is_found(rows, nth):
    as_owner("DELETE FROM staff_auditevent WHERE id = %s", rows[nth].pk)
    [problem] = verify().splitlines()
    assert problem.startswith(f"Row {rows[nth].pk} of staff_auditevent is missing")


@pytest.mark.parametrize("nth", [0, 2])
def test_a_row_that_is_missing_with_its_link_is_found(rows, nth):
    as_owner("DELETE FROM staff_auditevent WHERE id = %s", rows[nth].pk)
    as_owner(
        "DELETE FROM staff_chainlink WHERE table_name = 'staff_auditevent' AND row_pk = %s",
        rows[nth].pk,
    )
    assert re.search(r"Numbers (\d+) to \1 of the chain are missing", verify())


def test_a_row_that_was_exchanged_with_another_is_found(rows):
    as_owner(
        "UPDATE staff_auditevent a SET object_pks = b.object_pks FROM staff_auditevent b"
        " WHERE (a.id, b.id) IN ((%s, %s), (%s, %s))",
        *(rows[1].pk, rows[3].pk, rows[3].pk, rows[1].pk),
    )
    assert verify().count("is not what was sealed") == 2


def test_a_link_whose_hash_was_made_to_fit_is_found(rows):
    as_owner("UPDATE staff_auditevent SET action = 'nothing' WHERE id = %s", rows[2].pk)
    link = ChainLink.objects.get(table_name="staff_auditevent", row_pk=rows[2].pk)
    before = ChainLink.objects.get(number=link.number - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(e)::text FROM staff_auditevent e WHERE id = %s", [rows[2].pk]
        )
        fitting = hash_chain.digest(before.hash, link, hash_chain.canonical(cursor.fetchone()[0]))
    as_owner("UPDATE staff_chainlink SET hash = %s WHERE number = %s", fitting, link.number)
    assert f"Row {rows[3].pk} of staff_auditevent is not what was sealed" in verify()


def test_a_row_that_was_added_in_an_old_place_is_found(rows):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('staff_auditevent', 'id'))")
        gap = cursor.fetchone()[0]
    trail.record(None, "later")
    hash_chain.seal()
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        trail.record(None, "much later")
        hash_chain.seal()
        AuditEvent.objects.create(pk=gap, action="never happened", at=rows[4].at)
        hash_chain.seal()
        [problem] = verify().splitlines()
    assert problem.startswith(f"Row {gap} of staff_auditevent was added later")


@pytest.mark.parametrize("days", [-300, -1, 1])
def test_a_row_with_another_date_than_its_own_is_found(rows, days):
    dated = AuditEvent.objects.create(action="dated", at=timezone.now() + days * DAY)
    hash_chain.seal()
    [problem] = verify().splitlines()
    assert problem.startswith(f"Row {dated.pk} of staff_auditevent says")


def test_rows_that_were_written_while_nobody_sealed_are_fine(rows):
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        trail.record(None, "a day before they are sealed")
    with time_machine.travel(timezone.now() + 3 * DAY, tick=False):
        hash_chain.seal()
        assert verify() == ""


PROOFS = {
    "appointments_consent": "given = given - interval '1 year'",
    "appointments_consenttext": "text = 'something else'",
    "appointments_appointmentevent": "status = 'completed'",
    "articles_revision": "body = ''",
    "articles_approval": "credentials = 'PhD'",
    "newsletter_consent": "at = at - interval '1 year'",
    "newsletter_consenttext": "text = 'something else'",
    "pages_textpagerevision": "body = ''",
    "pages_textpageversion": "published_at = published_at - interval '1 year'",
    "sms_smsconsent": "at = at - interval '1 year'",
    "sms_smsconsenttext": "text = 'something else'",
    "visits_consentdocument": "text = 'something else'",
    "visits_consentsignature": "name_hash = '0f'",
    "visits_startcheckwaiver": "reason = 'refused'",
    "visits_consentrevocation": "revoked_at = revoked_at - interval '1 year'",
    "visits_startcheck": "state = 'OH'",
    "visits_visitevent": "kind = 'left'",
}


@pytest.mark.parametrize("table", PROOFS)
def test_a_changed_proof_is_found(table):
    assert PROOFS.keys() | {"staff_auditevent"} == hash_chain.sealed_models().keys()
    write_proofs()
    assert verify() == ""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    as_owner(f"UPDATE {table} SET {PROOFS[table]}")
    assert f"of {table} is not what was sealed" in verify()


# ── heads that were written down elsewhere ────────────────────────────────────


def test_a_chain_that_was_written_anew_is_found_by_a_head(rows):
    kept = hash_chain.head()
    as_owner("UPDATE staff_auditevent SET action = 'nothing' WHERE id = %s", rows[2].pk)
    write_the_chain_anew()
    assert verify() == ""
    assert "was written anew" in verify(head=kept.hash, count=kept.rows)


def test_an_end_that_was_cut_off_is_found_by_a_head(rows):
    kept = hash_chain.head()
    as_owner("DELETE FROM staff_auditevent WHERE id > %s", rows[2].pk)
    as_owner(
        "DELETE FROM staff_chainlink WHERE table_name = 'staff_auditevent' AND row_pk > %s",
        rows[2].pk,
    )
    assert verify() == ""
    assert "its end is gone" in verify(head=kept.hash, count=kept.rows)


def test_a_trail_that_was_emptied_is_found_by_a_head(rows):
    kept = hash_chain.head()
    as_owner("DELETE FROM staff_auditevent")
    as_owner("DELETE FROM staff_chainlink")
    assert "its end is gone" in verify(head=kept.hash, count=kept.rows)


def test_a_head_is_a_hash_and_a_count(rows):
    with pytest.raises(CommandError, match="belong together"):
        call_command("verify_audit", head=hash_chain.head().hash)


# ── where they are written down ───────────────────────────────────────────────


def test_every_day_the_head_goes_to_the_log_the_privacy_officer_and_a_file(
    rows, settings, tmp_path, caplog
):
    settings.PRIVACY_OFFICER_EMAIL = "privacy@clinic.test"
    settings.CHAIN_HEADS_FILE = str(tmp_path / "heads")
    trail.record(None, "sign-out")
    with caplog.at_level(logging.INFO, "core"):
        tasks.send_chain_head()
        tasks.send_chain_head()
    kept = hash_chain.head()
    assert f"{kept.rows} rows, head {kept.hash}" in caplog.text
    mail = OutgoingEmail.objects.get(template="chain_head")
    assert mail.to == "privacy@clinic.test"
    assert f"--count {kept.rows} --head {kept.hash}" in mail.text.replace("\n", " ")
    assert "sign-out" not in mail.text
    assert rows[0].email not in mail.text
    lines = (tmp_path / "heads").read_text().splitlines()
    assert [line.split()[1:] for line in lines] == [[str(kept.rows), kept.hash]] * 2


def test_the_file_of_heads_is_what_the_trail_is_held_against(rows, settings, tmp_path):
    settings.CHAIN_HEADS_FILE = str(tmp_path / "heads")
    tasks.send_chain_head()
    trail.record(None, "sign-out")
    tasks.send_chain_head()
    assert verify() == ""
    as_owner("UPDATE staff_auditevent SET action = 'nothing' WHERE id = %s", rows[2].pk)
    write_the_chain_anew()
    assert verify().count("was written anew") == 2


def test_a_file_that_holds_something_else_is_named(rows, tmp_path):
    path = tmp_path / "heads"
    path.write_text("nothing of the kind\n")
    with pytest.raises(CommandError, match="cannot be read as a file of heads"):
        call_command("verify_audit", heads=path)


def test_the_minutes_log_tells_of_new_rows_only(rows, caplog):
    trail.record(None, "sign-out")
    with caplog.at_level(logging.INFO, "core"):
        tasks.seal_chain()
        tasks.seal_chain()
    assert caplog.text.count(hash_chain.head().hash) == 1


def test_the_form_of_a_hash_never_changes():
    """What is sealed once must fit for ever: a change here breaks every chain there is."""
    at = datetime(2030, 1, 2, 3, 4, 5, 6, UTC)
    link = ChainLink(number=2, table_name="staff_auditevent", row_pk=7, sealed_at=at)
    row = '{"id": 7, "at": "2030-01-02T03:04:05+00:00", "email": "Zoë", "count": null}'
    content = '{"at":"2030-01-02T03:04:05+00:00","email":"Zoë","id":7}'
    assert hash_chain.canonical(row) == content
    lines = "ab\n2\nstaff_auditevent\n7\n2030-01-02T03:04:05.000006+00:00\n" + content
    assert hash_chain.digest("ab", link, content) == hashlib.sha256(lines.encode()).hexdigest()


def test_a_deployment_where_nobody_outside_is_told_is_warned(settings):
    settings.PRIVACY_OFFICER_EMAIL = settings.CHAIN_HEADS_FILE = ""
    [problem] = heads_leave_the_site()
    assert "PRIVACY_OFFICER_EMAIL" in problem.hint
    settings.PRIVACY_OFFICER_EMAIL = "privacy@clinic.test"
    assert heads_leave_the_site() == []
