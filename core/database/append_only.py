"""Tables whose rows are written once, and the SQL that makes PostgreSQL refuse every change.

They are the proofs of consent, the audit trail and histories. A model says `append_only = True`,
and a migration of its app calls `protect` with its table. Unlike pgtrigger's, these triggers know
no exception that a session could ask for. Migrations import this module: it imports no model.
"""

from django.apps import apps
from django.db import migrations

# Whoever has one of these on a table could change its rows, or have others change them.
REWRITE = "UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
FUNCTION = "append_only_refuse"
TRIGGERS = ("append_only_changes", "append_only_truncate")
BODY = """
BEGIN
    RAISE EXCEPTION 'rows of % are never changed: % refused', TG_TABLE_NAME, TG_OP;
END
"""
# ALWAYS: also where a session says that it is a replica, which switches ordinary triggers off.
_PROTECT = """
CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger
    LANGUAGE plpgsql AS $body$@body$body$;
CREATE TRIGGER append_only_changes BEFORE UPDATE OR DELETE ON @table
    FOR EACH ROW EXECUTE FUNCTION append_only_refuse();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON @table
    FOR EACH STATEMENT EXECUTE FUNCTION append_only_refuse();
ALTER TABLE @table ENABLE ALWAYS TRIGGER append_only_changes,
    ENABLE ALWAYS TRIGGER append_only_truncate;
"""
# A table made by a later migration has the grants that `database_roles` set for every new one.
_REVOKE = """
DO $do$ DECLARE who text; BEGIN
    FOR who IN
        SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
          FROM pg_class, aclexplode(relacl)
         WHERE oid = '@table'::regclass AND grantee <> relowner
    LOOP
        EXECUTE 'REVOKE @rewrite ON @table FROM ' || who;
    END LOOP;
END $do$;
"""
_UNPROTECT = """
DROP TRIGGER append_only_changes ON @table;
DROP TRIGGER append_only_truncate ON @table;
DO $do$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = 'append_only_refuse'::regproc) THEN
        DROP FUNCTION append_only_refuse();
    END IF;
END $do$;
"""


def tables() -> list[str]:
    """Return the names of all tables whose rows are never changed, sorted."""
    marked = (model for model in apps.get_models() if getattr(model, "append_only", False))
    return sorted(model._meta.db_table for model in marked)


def protect(table: str) -> migrations.RunSQL:
    """Return the operation of a migration that makes `table` refuse every change of a row.

    UPDATE, DELETE and TRUNCATE are refused to everybody, its owner included, and no other role
    keeps the right to try. The operation is reversible.
    """
    return migrations.RunSQL(_filled(_PROTECT + _REVOKE, table), _filled(_UNPROTECT, table))


def _filled(sql: str, table: str) -> str:
    return sql.replace("@body", BODY).replace("@rewrite", REWRITE).replace("@table", table)
