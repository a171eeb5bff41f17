"""Indexes of large tables, made while the site goes on writing. Migrations import this module."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres import operations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexConcurrently(operations.AddIndexConcurrently):
    """Makes an index that nobody waits for, in a migration of its own with `atomic = False`.

    It reads the table twice and waits for transactions that are older, which holds nobody up: so
    it has no limit of time. What a try that was cut off has left behind, an index that is not
    valid, is dropped first: like every other migration it can be run again.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop what is left of an earlier try, and make the index."""
        with _no_limits(schema_editor):
            name = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the index while the table is written."""
        with _no_limits(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


@contextmanager
def _no_limits(schema_editor: Any) -> Iterator[None]:
    """Let this session wait as long as it takes, and afterwards as before."""
    limits = ("lock_timeout", "statement_timeout")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s), current_setting(%s)", limits)
        before = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        try:
            yield
        finally:
            for name, value in zip(limits, before, strict=True):
                cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
