"""Migrations lead back as well, and the site of the release before runs on while they are made."""

import json
import os
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations import AddIndex, Migration, RemoveIndex
from django.db.migrations.loader import MigrationLoader

from core.database.concurrent_indexes import AddIndexConcurrently
from newsletter.delivery import step_function
from tests.core.staff.deployed import deployment

# What migrations make in the schema public. Functions of extensions and of pgtrigger, which leaves
# its own behind where a trigger goes, aside.
SCHEMA = """
    SELECT 'column', table_name || '.' || column_name, concat_ws(' ', data_type,
           character_maximum_length, is_nullable, column_default, generation_expression)
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL
    SELECT 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'trigger', tgrelid::regclass || ' ' || tgname, tgenabled::text || pg_get_triggerdef(oid)
      FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', proname, prosrc FROM pg_proc p
     WHERE pronamespace = 'public'::regnamespace
       AND proname !~ '^(pgtrigger|_pgtrigger|_pgh)_'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
"""
THERE_AND_BACK = f"""
import json, pathlib
import django
django.setup()
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

def schema():
    with connection.cursor() as cursor:
        cursor.execute({SCHEMA!r})
        return sorted(cursor.fetchall())

ours = [config.label for config in apps.get_app_configs()
        if pathlib.Path(config.path).is_relative_to(settings.BASE_DIR)
        and (pathlib.Path(config.path) / "migrations").exists()]
call_command("migrate", verbosity=0)
found = [schema()]
for app in ours:  # without what `migrate` does after each: rights and triggers of all other apps
    MigrationExecutor(connection).migrate([(app, None)])
found.append([row for row in schema() if row[1].startswith(tuple(ours)) or row[0] == "function"])
call_command("migrate", verbosity=0)
found.append(schema())
print(json.dumps([ours, *found]))
"""


def test_every_app_migrates_backwards_to_nothing_and_forward_again(db):
    with deployment() as made:
        result = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", THERE_AND_BACK],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": made.url(made.owner)}
            | {"DJANGO_SETTINGS_MODULE": "curednation.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 0, result.stderr
    apps, first, between, again = json.loads(result.stdout)
    assert {"appointments", "articles", "newsletter", "staff"} <= set(apps)
    assert between == []
    assert again == first


def our_apps() -> list[str]:
    """Return the labels of our apps that have migrations."""
    tree = {path.parent for path in settings.BASE_DIR.glob("*/migrations")}
    tree |= {path.parent for path in settings.BASE_DIR.glob("core/*/migrations")}
    return [config.label for config in apps.get_app_configs() if Path(config.path) in tree]


def our_migrations() -> list[Migration]:
    return [m for (app, _), m in MigrationLoader(None).disk_migrations.items() if app in our_apps()]


# Rows are written here all day, and kept. Of their indexes these are from before the first release,
# which makes them while the tables are empty.
LARGE = {
    *("appointments.appointment", "appointments.patient", "appointments.consent"),
    *("mail.outgoingemail", "staff.auditevent", "newsletter.delivery", "newsletter.subscriber"),
}
MADE_EMPTY = {
    *("appointments.0001_initial", "appointments.0002_search_indexes"),
    *("appointments.0003_api_key", "appointments.0007_patient_records", "newsletter.0001_initial"),
    *("mail.0002_outbox_hold", "mail.0003_search_indexes", "staff.0002_search_indexes"),
}


def test_every_migration_can_be_taken_back_and_is_all_or_nothing():
    """So `migrate` may let go of a lock and try again, and what is wrong can be undone."""
    ours = our_migrations()
    assert len(ours) > len(our_apps())
    once_more = (AddIndexConcurrently, RemoveIndex)  # the same whether or not they had begun
    by_halves = [m for m in ours if not m.atomic]
    assert [m for m in by_halves if not all(isinstance(op, once_more) for op in m.operations)] == []
    lasting = [f"{m}: {op.describe()}" for m in ours for op in m.operations if not op.reversible]
    assert lasting == []


def test_no_index_of_a_large_table_stops_those_who_write():
    found = {
        f"{migration.app_label}.{migration.name}"
        for migration in our_migrations()
        for op in migration.operations
        if isinstance(op, AddIndex) and not isinstance(op, AddIndexConcurrently)
        if f"{migration.app_label}.{op.model_name_lower}" in LARGE
    }
    assert found <= MADE_EMPTY


@pytest.mark.django_db(transaction=True)
def test_an_index_is_made_while_others_write_and_again_where_it_was_cut_off():
    """A transaction that has written and stays open would stop an ordinary one."""
    migration = MigrationLoader(None).disk_migrations["mail", "0005_failed_about_index"]
    [operation] = migration.operations
    state = MigrationLoader(connection).project_state(("mail", "0005_failed_about_index"))
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("mail", editor, state, state)
    with connection.cursor() as cursor:  # of a try that was killed
        cursor.execute("CREATE INDEX mail_failed_about ON mail_outgoingemail (about)")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'mail_failed_about'::regclass"
        )
    with closing(psycopg2.connect(**connection.get_connection_params())) as other:
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE mail_outgoingemail IN ROW EXCLUSIVE MODE")
        with ThreadPoolExecutor() as pool:
            made = pool.submit(make_index, operation, state)
            with pytest.raises(TimeoutError):
                made.result(2.5)  # longer than any lock may be waited for: it has no limit
            other.rollback()
            made.result(30)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid, indpred IS NOT NULL FROM pg_index"
            " WHERE indexrelid = 'mail_failed_about'::regclass"
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("2s",), "the session has its own limit again"


def make_index(operation, state) -> None:
    try:
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("mail", editor, state, state)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_site_of_the_release_before_can_stand_every_migration():
    """As `make lint` looks: no app of ours is left out, and the linter finds nothing."""
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    looked_at = set(tomllib.loads(text)["tool"]["django_migration_linter"]["include_apps"])
    assert looked_at == set(our_apps())
    call_command("lintmigrations", no_cache=True)


@pytest.mark.django_db
def test_the_step_of_sending_is_the_one_that_stands_beside_its_queries():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'newsletter_step'")
        assert cursor.fetchone()[0] in step_function.CREATE
