"""The site's own role does all of the site's work, and cannot rewrite a proof, whatever it tries.

The commands are those of docs/deploy.md, against a database of its own.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import reduce
from types import SimpleNamespace

import psycopg2
import pytest
from django.conf import settings

from core.database import append_only, proof_writers
from curednation.celery import app as celery_app
from tests import processes
from tests.appointments import booking_steps
from tests.core.staff.append_only_rows import key_of
from tests.core.staff.deployed import Deployment, administrator, deployment
from tests.core.staff.people import PASSWORD
from tests.devstack.test_unsafe_settings import PRODUCTION
from tests.factories import monday
from tests.visitor import over_http

# Written by the site's role: what the flows need, and a row in each table of proofs.
PREPARE = """
from tests.factories import make_license, make_provider, make_service
from tests.core.staff.people import make_staff
from tests.core.staff.append_only_rows import write_proofs
make_service(slug="checked", providers=[make_provider()])
make_staff(is_superuser=True, email="boss@example.org")
write_proofs()
"""
EVERY_TASK = """
from django.conf import settings
from curednation.celery import app
app.loader.import_default_modules()
for entry in settings.CELERY_BEAT_SCHEDULE.values():
    app.tasks[entry["task"]].apply(entry.get("args", ()), throw=True)
print("all ran")
"""
DENIED = psycopg2.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def deployed(django_db_setup, django_db_blocker) -> Iterator[Deployment]:
    with django_db_blocker.unblock(), deployment() as made:
        for command in (["migrate", "-v0"], ["database_roles"]):
            status, output = made.manage_as_owner(*command)
            assert status == 0, output
        status, output = made.manage("shell", "--no-imports", "-c", PREPARE)
        assert status == 0, output
        yield made


@pytest.fixture(scope="module")
def site(deployed) -> Iterator[processes.Process]:
    with processes.site(DATABASE_URL=deployed.url(deployed.site)) as site:
        yield site


def asked(deployed: Deployment, question: str) -> list[tuple]:
    """What the owner reads."""
    with deployed.session(deployed.owner) as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def number(deployed: Deployment, table: str) -> int:
    return asked(deployed, f"SELECT count(*) FROM {table}")[0][0]


# ── the site works ────────────────────────────────────────────────────────────


def test_a_visit_is_booked_with_its_consents_and_cancelled_with_its_history(deployed, site):
    visitor = over_http(site.url)
    consents = number(deployed, "appointments_consent")
    changes = number(deployed, "appointments_appointmentevent")
    page = booking_steps.book(visitor, SimpleNamespace(slug="checked"), monday())
    assert page.status == 200
    assert number(deployed, "appointments_consent") == consents + 2
    assert number(deployed, "appointments_appointmentevent") == changes + 1  # a hold became a visit


def test_a_reader_signs_up_a_worker_mails_and_the_link_confirms(deployed, site, smtp_server):
    proofs = number(deployed, "newsletter_consent")
    celery_app.control.purge()
    address = {"DATABASE_URL": deployed.url(deployed.site), "EMAIL_URL": smtp_server.url}
    with processes.worker(**address, SITE_URL=site.url):
        visitor = over_http(site.url)
        data = {"email": "ruth@example.org", "page": "pages:home"}
        page = visitor.transport(
            "POST", "/newsletter/subscribe/", data, {"Sec-Fetch-Site": "same-origin"}
        )
        assert page.status == 200
        link = _link_in_mail_to("ruth@example.org", smtp_server)
        page = visitor.get(link)
        [form] = page.forms
        assert visitor.send(page, form, form.filled()).status == 200
    assert number(deployed, "newsletter_consent") == proofs + 1


def _link_in_mail_to(address: str, smtp_server) -> str:
    for count in range(1, 9):  # mails of other tests may come first
        mail = smtp_server.wait_for(count)[-1]
        if mail["To"] == address:
            return re.search(r"/newsletter/confirm/\S+", mail.get_body("plain").get_content())[0]
    raise AssertionError("no mail to confirm")


def test_what_staff_see_is_recorded(deployed, site):
    visitor = over_http(site.url)
    page = visitor.get("/accounts/login/")
    page = visitor.submit(page, login="boss@example.org", password=PASSWORD)
    assert page.status == 200
    assert visitor.get("/admin/staff/user/").status == 200
    [(action, model)] = asked(
        deployed, "SELECT action, model FROM staff_auditevent ORDER BY id DESC LIMIT 1"
    )
    assert (action, model) == ("list", "staff.user")


def test_the_site_is_ready(site):
    page = over_http(site.url).get("/readyz")
    assert page.status == 200, page.text


def test_every_task_of_the_clock_runs(deployed):
    status, output = deployed.manage("shell", "--no-imports", "-c", EVERY_TASK)
    assert (status, "all ran" in output) == (0, True), output


def test_the_trail_is_sealed_and_verified(deployed):
    status, output = deployed.manage(
        "shell", "--no-imports", "-c", "from core.staff import tasks; tasks.seal_chain()"
    )
    assert status == 0, output
    status, output = deployed.manage("verify_audit")
    assert (status, "as they were sealed" in output) == (0, True), output


def test_a_list_is_moved_in(deployed, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("email,status,created_at\nanna@example.org,enabled,2023-04-05T06:07:08Z\n")
    status, output = deployed.manage("import_subscribers", str(path), "--source", "the old list")
    assert (status, "1 added" in output) == (0, True), output


def test_a_table_of_a_later_migration_can_be_used_and_a_guarded_one_not_rewritten(deployed):
    guard = append_only.protect("later_proof")
    with deployed.session(deployed.owner) as cursor:
        cursor.execute("CREATE TABLE later (id bigserial); CREATE TABLE later_proof (id bigserial)")
        cursor.execute(guard.sql)
    try:
        with deployed.session(deployed.site) as cursor:
            for table in ("later", "later_proof"):
                cursor.execute(f"INSERT INTO {table} DEFAULT VALUES RETURNING id")
            cursor.execute("DELETE FROM later")
            with pytest.raises(DENIED):
                cursor.execute("DELETE FROM later_proof")
    finally:
        with deployed.session(deployed.owner) as cursor:
            cursor.execute("DROP TABLE later, later_proof")


# ── and rewrites nothing ──────────────────────────────────────────────────────

ON_EACH = [
    "UPDATE @table SET @key = @key",
    "UPDATE @table SET @key = @key WHERE false",
    "DELETE FROM @table",
    "DELETE FROM @table WHERE false",
    "TRUNCATE @table",
    "TRUNCATE @table CASCADE",
    "INSERT INTO @table SELECT * FROM @table ON CONFLICT (@key) DO UPDATE SET @key = EXCLUDED.@key",
    "MERGE INTO @table t USING @table s ON t.@key = s.@key WHEN MATCHED THEN DELETE",
    "MERGE INTO @table t USING @table s ON t.@key = s.@key"
    " WHEN MATCHED THEN UPDATE SET @key = s.@key",
    "WITH x AS (DELETE FROM @table RETURNING 1) SELECT * FROM x",
    "COPY (DELETE FROM @table RETURNING 1) TO STDOUT",
    "SELECT set_config('pgtrigger.ignore', '{append_only_changes}', false); DELETE FROM @table",
    "SET session_replication_role = replica",
    "ALTER TABLE @table DISABLE TRIGGER ALL",
    "ALTER TABLE @table DISABLE TRIGGER append_only_changes",
    "ALTER TABLE @table ENABLE REPLICA TRIGGER append_only_changes",
    "ALTER TABLE @table RENAME TO elsewhere",
    "ALTER TABLE @table RENAME COLUMN @key TO elsewhere",
    "ALTER TABLE @table DROP COLUMN @key",
    "ALTER TABLE @table ADD COLUMN more int DEFAULT 1",
    "ALTER TABLE @table ALTER COLUMN @key TYPE text",
    'ALTER TABLE @table OWNER TO "@site"',
    "ALTER TABLE @table SET SCHEMA pg_temp",
    "ALTER TABLE @table ENABLE ROW LEVEL SECURITY",
    "DROP TABLE @table",
    "DROP TABLE @table CASCADE",
    "DROP TRIGGER append_only_changes ON @table",
    "DROP TRIGGER append_only_truncate ON @table",
    "CREATE TRIGGER mine BEFORE INSERT ON @table EXECUTE FUNCTION append_only_refuse()",
    "CREATE RULE mine AS ON INSERT TO @table DO INSTEAD NOTHING",
    "CREATE RULE mine AS ON SELECT TO @table DO INSTEAD SELECT 1",
    "CREATE POLICY mine ON @table",
    "CREATE INDEX ON @table (@key)",
    "CREATE TABLE mine () INHERITS (@table)",
    "CREATE TABLE mine (x bigint REFERENCES @table)",
    "CREATE TEMP VIEW seen AS SELECT * FROM @table; DELETE FROM seen",
    "CREATE VIEW public.seen AS SELECT * FROM @table",
    "SELECT 1 FROM @table FOR UPDATE",
    "SELECT 1 FROM @table FOR KEY SHARE",
    "BEGIN; LOCK TABLE @table IN ACCESS EXCLUSIVE MODE",
    'GRANT DELETE ON @table TO "@site"; DELETE FROM @table',
]
ONCE = [
    'SET ROLE "@owner"',
    'SET SESSION AUTHORIZATION "@owner"',
    'GRANT "@owner" TO "@site"',
    'ALTER ROLE "@site" SUPERUSER',
    'ALTER ROLE "@site" CREATEROLE',
    "ALTER ROLE \"@owner\" PASSWORD 'mine'",
    "CREATE ROLE mine SUPERUSER",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN OLD; END'",
    "DROP FUNCTION append_only_refuse() CASCADE",
    "ALTER FUNCTION append_only_refuse() RENAME TO mine",
    "ALTER FUNCTION append_only_refuse() SET session_replication_role = replica",
    "DROP FUNCTION appointment_change_is_recorded() CASCADE",
    "ALTER TABLE appointments_appointment DISABLE TRIGGER appointment_change_is_recorded",
    "CREATE TABLE mine (x int)",
    "CREATE SCHEMA mine",
    "DROP SCHEMA public CASCADE",
    "ALTER SCHEMA public RENAME TO mine",
    'ALTER DATABASE "@database" SET session_replication_role = replica',
    "ALTER SYSTEM SET session_replication_role = replica",
    "DROP EXTENSION pg_trgm CASCADE",
    "DROP OWNED BY \"@owner\"",
    'REASSIGN OWNED BY "@owner" TO "@site"',
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "DELETE FROM pg_trigger",
    "UPDATE pg_class SET relowner = 0",
    "SELECT setval(pg_get_serial_sequence('staff_auditevent', 'id'), 1)",
    "ALTER SEQUENCE staff_auditevent_id_seq RESTART",
    "COPY staff_auditevent FROM PROGRAM 'true'",
    "COPY staff_auditevent FROM '/etc/hostname'",
    "SELECT lo_export(0, '/tmp/mine')",
    "SELECT pg_read_file('PG_VERSION')",
    "DELETE FROM django_migrations",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('staff', '9', now())",
    "ALTER DEFAULT PRIVILEGES FOR ROLE \"@owner\" GRANT ALL ON TABLES TO \"@site\"",
]  # fmt: skip


def refused(deployed: Deployment, attack: str) -> bool:
    """Whether the server says no to the site's role, in a session as new as the attack."""
    with deployed.session(deployed.site) as cursor:
        try:
            cursor.execute(attack)
        except psycopg2.Error as error:
            return isinstance(error, DENIED)
    return False


def filled(deployed: Deployment, attack: str, table: str = "") -> str:
    words = {
        "@table": table,
        "@key": key_of(table) if table else "",
        "@site": deployed.site,
        "@owner": deployed.owner,
        "@database": deployed.database,
    }
    return reduce(lambda text, word: text.replace(*word), words.items(), attack)


def everything(deployed: Deployment) -> list:
    return [
        asked(deployed, f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
        for table in append_only.tables()
    ]


@pytest.mark.parametrize("table", append_only.tables())
def test_the_sites_role_changes_no_row_that_stays(deployed, table):
    before = everything(deployed)
    assert number(deployed, table)
    attacks = [filled(deployed, attack, table) for attack in ON_EACH]
    assert [attack for attack in attacks if not refused(deployed, attack)] == []
    assert everything(deployed) == before


def test_the_sites_role_does_nothing_that_only_an_owner_may(deployed):
    attacks = [filled(deployed, attack) for attack in ONCE]
    assert [attack for attack in attacks if not refused(deployed, attack)] == []
    assert refused(deployed, "SELECT 1") is False


def test_an_owner_could_and_so_the_site_is_none(deployed):
    with deployed.session(deployed.owner) as cursor:
        cursor.execute("BEGIN; ALTER TABLE staff_auditevent DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM staff_auditevent")
        assert cursor.rowcount > 0
        cursor.execute("ROLLBACK")


def test_a_proof_can_refer_to_a_text_that_its_writer_cannot_lock(deployed):
    with deployed.session(deployed.site) as cursor:
        cursor.execute(
            "INSERT INTO newsletter_consent (subscriber_id, kind, address_hash, text_id, asked_at,"
            " at, page, how, issue) SELECT subscriber_id, 'confirmed', address_hash,"
            " (SELECT min(id) FROM newsletter_consenttext), now(), now(), '', '', 0"
            " FROM newsletter_consent LIMIT 1"
        )
        assert cursor.rowcount == 1


# ── and who deploys is told ───────────────────────────────────────────────────


def check(deployed: Deployment, role: str) -> tuple[int, str]:
    environ = {"DATABASE_URL": deployed.url(role), "DJANGO_ALLOW_ASYNC_UNSAFE": ""}
    return deployed.manage("check", "--deploy", "--database", "default", **environ)


def test_a_deployment_with_two_roles_is_fine(deployed):
    status, output = check(deployed, deployed.site)
    assert (status, "curednation.E" in output) == (0, False), output


def shown(deployed: Deployment) -> list[str]:
    """The time limits of a new session of the site's role."""
    session = psycopg2.connect(deployed.url(deployed.site))
    with closing(session), session.cursor() as cursor:
        found = []
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            found += cursor.fetchone()
    return found


def test_the_sites_role_waits_for_nothing_too_long_and_a_deployment_where_it_does_fails(deployed):
    limits = ["30s", "2s", "1min"]
    assert shown(deployed) == limits
    with administrator() as cursor:
        cursor.execute(
            f'ALTER ROLE "{deployed.site}" IN DATABASE "{deployed.database}" RESET ALL;'
            f'ALTER ROLE "{deployed.owner}" NOCREATEROLE'
        )
    assert shown(deployed) == ["0"] * 3
    status, output = check(deployed, deployed.site)
    assert status == 1
    assert "statement_timeout is 0, lock_timeout is 0, idle_in_transaction" in output
    assert "manage.py database_roles" in output
    # An owner who may change no role: the site's role does it itself.
    status, output = deployed.manage_as_owner("database_roles")
    assert (status, shown(deployed)) == (0, limits), output


def test_a_deployment_whose_site_owns_the_tables_fails_and_says_what_to_run(deployed):
    status, output = check(deployed, deployed.owner)
    assert status == 1
    assert "curednation.E001" in output
    assert "manage.py database_roles" in output


GRANTS = [
    'GRANT UPDATE ON staff_auditevent TO "@site"',
    'GRANT UPDATE (page) ON appointments_consent TO "@site"',
    'GRANT DELETE ON newsletter_consent TO "@site"',
    'GRANT TRUNCATE ON appointments_consenttext TO "@site"',
    'GRANT TRIGGER ON articles_revision TO "@site"',
    'GRANT REFERENCES ON articles_revision TO "@site"',
    "GRANT DELETE ON appointments_consent TO PUBLIC",
    'GRANT CREATE ON SCHEMA public TO "@site"',
]
# Who makes a role is a member of it, and so no member of the maker.
APART = 'REVOKE "@site" FROM "@owner"'
# What an administrator could do besides, and what undoes it.
WEAKER = {
    f'{APART}; GRANT "@owner" TO "@site"': 'REVOKE "@owner" FROM "@site"',
    f'{APART}; ALTER ROLE "@site" NOINHERIT; GRANT "@owner" TO "@site"': 'ALTER ROLE "@site"'
    ' INHERIT; REVOKE "@owner" FROM "@site"',
    f'{APART}; CREATE ROLE "via-@site" IN ROLE "@owner" ROLE "@site"': 'DROP ROLE "via-@site"',
    'ALTER TABLE articles_approval OWNER TO "@site"': "ALTER TABLE articles_approval"
    ' OWNER TO "@owner"',
    'ALTER FUNCTION append_only_refuse() OWNER TO "@site"': "ALTER FUNCTION append_only_refuse()"
    ' OWNER TO "@owner"',
    'ALTER ROLE "@site" SUPERUSER': 'ALTER ROLE "@site" NOSUPERUSER',
    'ALTER ROLE "@site" CREATEROLE': 'ALTER ROLE "@site" NOCREATEROLE',
    'GRANT pg_write_all_data TO "@site"': 'REVOKE pg_write_all_data FROM "@site"',
    'GRANT pg_execute_server_program TO "@site"': 'REVOKE pg_execute_server_program FROM "@site"',
    'ALTER DATABASE "@database" OWNER TO "@site"': 'ALTER DATABASE "@database" OWNER TO "@owner"',
}


def test_each_right_to_rewrite_a_proof_is_found_and_taken_away_by_the_command(
    deployed, django_db_blocker
):
    assert ways(deployed) == []
    with django_db_blocker.unblock(), administrator(deployed.database) as cursor:
        for found, grant in enumerate(GRANTS, 1):
            cursor.execute(filled(deployed, grant))
            assert len(ways(deployed)) == found, grant
    status, output = deployed.manage_as_owner("database_roles")
    assert status == 0, output
    assert ways(deployed) == []


def test_whatever_makes_the_site_more_than_the_site_is_found(deployed, django_db_blocker):
    assert ways(deployed) == []
    with django_db_blocker.unblock(), administrator(deployed.database) as cursor:
        for weakening, undoing in WEAKER.items():
            cursor.execute(filled(deployed, weakening))
            try:
                assert ways(deployed), weakening
            finally:
                cursor.execute(filled(deployed, undoing))
            assert ways(deployed) == [], weakening
    # Who was the owner has lost what the command had granted before.
    status, output = deployed.manage_as_owner("database_roles")
    assert status == 0, output


def ways(deployed: Deployment) -> list[str]:
    with deployed.session(deployed.site) as cursor:
        return proof_writers.ways_to_rewrite(cursor)


@pytest.mark.parametrize(
    "lifting",
    [
        "ALTER TABLE staff_auditevent DISABLE TRIGGER append_only_changes",
        "ALTER TABLE staff_auditevent DISABLE TRIGGER USER",
        "ALTER TABLE staff_auditevent ENABLE TRIGGER append_only_changes",
        "DROP TRIGGER append_only_truncate ON staff_auditevent",
        "DROP TRIGGER append_only_changes ON staff_auditevent;"
        " CREATE TRIGGER append_only_changes BEFORE UPDATE OR DELETE ON staff_auditevent"
        " FOR EACH ROW WHEN (false) EXECUTE FUNCTION append_only_refuse();"
        "ALTER TABLE staff_auditevent ENABLE ALWAYS TRIGGER append_only_changes",
    ],
)
def test_a_trail_without_its_guard_is_found(deployed, lifting):
    with deployed.session(deployed.owner) as cursor:
        cursor.execute("BEGIN")
        assert proof_writers.unprotected(cursor) == []
        cursor.execute(lifting)
        assert proof_writers.unprotected(cursor) == ["staff_auditevent"]
        cursor.execute("ROLLBACK")


def test_a_guard_that_does_nothing_is_found(deployed):
    with deployed.session(deployed.owner) as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN OLD; END'"
        )
        assert proof_writers.unprotected(cursor) == append_only.tables()
        cursor.execute("ROLLBACK")


def test_the_command_needs_an_owner_and_says_whom_the_tables_belong_to(deployed):
    status, output = deployed.manage("database_roles")
    assert (status, "DATABASE_OWNER_URL is not set" in output) == (1, True)
    same = deployed.url(deployed.owner)
    status, output = deployed.manage_as_owner("database_roles", DATABASE_URL=same)
    assert (status, "name the same role" in output) == (1, True), output
    other = {"DATABASE_URL": same, "DATABASE_OWNER_URL": deployed.url(deployed.site)}
    status, output = deployed.manage("database_roles", **other)
    assert (status, f"belongs to {deployed.owner}" in output) == (1, True), output
    assert "REASSIGN OWNED" in output


def test_the_command_can_be_read_first(deployed):
    status, output = deployed.manage_as_owner("database_roles", "--dry-run")
    assert status == 0
    assert f"REVOKE UPDATE, DELETE ON {', '.join(append_only.tables())} FROM" in output
    assert PASSWORD not in output


@pytest.mark.parametrize(
    "command",
    [
        ["granian", "--interface", "wsgi", "curednation.wsgi:application"],
        ["celery", "-A", "curednation", "worker"],
        ["celery", "-A", "curednation", "beat", "--schedule", "{folder}/beat"],
    ],
)
def test_what_serves_the_site_does_not_start_with_the_owners_password(command, tmp_path):
    command = [part.format(folder=tmp_path) for part in command]
    environ = PRODUCTION | {"DATABASE_OWNER_URL": "postgres://owner:secret@db.clinic.test/site"}
    result = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode != 0
    assert "is set for the site itself" in result.stdout + result.stderr
