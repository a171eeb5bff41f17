"""Migrations lead back as well, and the site of the release before runs on while they are made."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

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


def test_every_migration_can_be_taken_back_and_is_all_or_nothing():
    """So `migrate` may let go of a lock and try again, and what is wrong can be undone."""
    loader = MigrationLoader(None)
    ours = [m for (app, _), m in loader.disk_migrations.items() if app in our_apps()]
    assert len(ours) > len(our_apps())
    assert [str(m) for m in ours if not m.atomic] == []
    lasting = [f"{m}: {op.describe()}" for m in ours for op in m.operations if not op.reversible]
    assert lasting == []


@pytest.mark.django_db
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
