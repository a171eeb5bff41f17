"""The trigger that writes the history of a table's rows, which no session can switch off.

pghistory makes the model of a history; its own triggers obey `SET pgtrigger.ignore`, which any role
may say. Migrations import this module: it imports no model.
"""

from collections.abc import Sequence

from django.db import migrations

# The tables are named in full: otherwise a session's temporary table of that name would be written
# to. ALWAYS: also where a session says that it is a replica.
_RECORD = """
CREATE FUNCTION @name() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO public.@history (pgh_label, pgh_created_at, pgh_obj_id, @columns)
    VALUES ('changed', now(), NEW.id, @values);
    RETURN NULL;
END
$body$;
CREATE TRIGGER @name AFTER UPDATE ON public.@table
    FOR EACH ROW WHEN (@changed) EXECUTE FUNCTION @name();
ALTER TABLE public.@table ENABLE ALWAYS TRIGGER @name;
"""
_FORGET = """
DROP TRIGGER @name ON public.@table;
DROP FUNCTION @name();
"""


def record_changes(
    name: str, *, table: str, history: str, columns: Sequence[str], when_changed: Sequence[str]
) -> migrations.RunSQL:
    """Return the operation of a migration that keeps each changed row of `table` in `history`.

    Every UPDATE that gives another value to one of `when_changed` adds a row with the new values of
    `columns`. `name` is the name of the trigger and of its function. The operation is reversible.
    """
    words = {
        "@name": name,
        "@table": table,
        "@history": history,
        "@columns": ", ".join(columns),
        "@values": ", ".join(f"NEW.{column}" for column in columns),
        "@changed": " OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in when_changed),
    }
    return migrations.RunSQL(_filled(_RECORD, words), _filled(_FORGET, words))


def _filled(sql: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        sql = sql.replace(word, value)
    return sql
