"""Which roles could rewrite a proof or the audit trail, asked of the database itself.

`check --deploy --database default` asks it. A role can do what it may do itself and what any role
may do that it is a member of, however far.
"""

from django.db.backends.utils import CursorWrapper

from core.database import append_only

# Members of these write any table, or any file of the server.
MIGHTY = ["pg_write_all_data", "pg_write_server_files", "pg_execute_server_program"]
# One row for each way, nearest first: its sentence.
WAYS = """
    WITH reach AS (
        SELECT * FROM pg_roles WHERE pg_has_role(%(role)s, oid, 'MEMBER')
    ), proofs AS (
        SELECT oid, relname, relowner FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tables)s)
    )
    SELECT rolname || ' is a superuser' FROM reach WHERE rolsuper
    UNION ALL
    SELECT rolname || ' may create roles, and so join others' FROM reach WHERE rolcreaterole
    UNION ALL
    SELECT 'it is a member of ' || rolname FROM reach WHERE rolname = ANY(%(mighty)s)
    UNION ALL
    SELECT rolname || ' owns the database' FROM reach JOIN pg_database ON datdba = reach.oid
     WHERE datname = current_database()
    UNION ALL
    SELECT rolname || ' owns the schema public, or may create something in it' FROM reach
     WHERE has_schema_privilege(reach.oid, 'public', 'CREATE')
    UNION ALL
    SELECT rolname || ' owns the function ' || proname
      FROM reach JOIN pg_proc ON proowner = reach.oid
     WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT rolname || ' owns ' || relname FROM reach JOIN proofs ON relowner = reach.oid
    UNION ALL
    SELECT rolname || ' has ' || what || ' on ' || relname
      FROM reach, proofs, unnest(%(rights)s) AS what
     WHERE relowner <> reach.oid
       AND (has_table_privilege(reach.oid, proofs.oid, what)
            OR what IN ('UPDATE', 'REFERENCES')
               AND has_any_column_privilege(reach.oid, proofs.oid, what))
"""
PROTECTED = """
    SELECT relname FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid
      JOIN pg_proc ON tgfoid = pg_proc.oid
     WHERE relnamespace = 'public'::regnamespace
       AND tgenabled = 'A' AND tgqual IS NULL AND tgattr = ''
       AND proname = %(function)s AND prosrc = %(body)s
       AND (tgname = 'append_only_changes' AND tgtype & 27 = 27
            OR tgname = 'append_only_truncate' AND tgtype & 34 = 34)
     GROUP BY relname HAVING count(*) = 2
"""


def ways_to_rewrite(cursor: CursorWrapper) -> list[str]:
    """Return how the role that this connection signed in with could change a proof, if it could."""
    cursor.execute("SELECT session_user")
    names = {
        "role": cursor.fetchone()[0],
        "tables": append_only.tables(),
        "mighty": MIGHTY,
        "rights": append_only.REWRITE.split(", "),
    }
    cursor.execute(WAYS, names)
    return [way for (way,) in cursor.fetchall()]


def unprotected(cursor: CursorWrapper) -> list[str]:
    """Return the append-only tables whose triggers are missing, switched off or not ours."""
    cursor.execute(PROTECTED, {"function": append_only.FUNCTION, "body": append_only.BODY})
    protected = {table for (table,) in cursor.fetchall()}
    return [table for table in append_only.tables() if table not in protected]
