"""Two roles in the database: one owns the tables, the other runs the site and rewrites no proof.

`manage.py database_roles` makes them so, and `check --deploy --database default` looks whether they
are. Everything is in the schema `public`. Nothing here needs a superuser.
"""

from django.conf import settings
from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg2.extensions import encrypt_password, quote_ident

from core.database import append_only
from core.environment import database_options

# The site needs temporary tables: lists of subscribers are moved in through them. It looks which
# migrations ran, and has no reason to write there.
GRANTS = """
REVOKE ALL ON DATABASE @database FROM @role
GRANT CONNECT, TEMPORARY ON DATABASE @database TO @role
REVOKE CREATE ON SCHEMA public FROM PUBLIC
REVOKE ALL ON SCHEMA public FROM @role
GRANT USAGE ON SCHEMA public TO @role
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, @role
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO @role
REVOKE UPDATE, DELETE ON @proofs FROM @role
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM @role
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, @role
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO @role
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO @role
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO @role
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO @role
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO @role
"""
OTHERS = """
    SELECT 'The database', datname, pg_get_userbyid(datdba) FROM pg_database
     WHERE datname = current_database() AND datdba <> %(me)s::regrole
    UNION ALL
    SELECT 'The table', c.relname, pg_get_userbyid(c.relowner) FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
       AND c.relowner <> %(me)s::regrole
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'The function', p.proname, pg_get_userbyid(p.proowner) FROM pg_proc p
     WHERE p.pronamespace = 'public'::regnamespace AND p.proowner <> %(me)s::regrole
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


class NotPossible(Exception):
    """The site's role cannot be given its rights. The text says why, and what to run."""


def connect_as_owner() -> None:
    """Let this process work as the owner of the tables, where DATABASE_OWNER_URL names one."""
    owner = settings.DATABASE_OWNER
    if owner:
        connection = connections["default"]
        connection.close()
        options = database_options(connection.settings_dict["OPTIONS"], owner.get("OPTIONS", {}))
        connection.settings_dict.update(owner | {"OPTIONS": options})


def statements(cursor: CursorWrapper, role: str, password: str) -> list[str]:
    """Return what gives `role` all that the site needs and no more, to be run by the owner.

    In one transaction they may be repeated at any time. Raises NotPossible.
    """
    _refuse_other_owners(cursor, role)
    cursor.execute("SELECT current_database()")
    names = {
        "@role": quote_ident(role, cursor.cursor),
        "@database": quote_ident(cursor.fetchone()[0], cursor.cursor),
        "@proofs": ", ".join(append_only.tables()),
    }
    grants = GRANTS.strip().replace("\n    ", " ")
    for word, name in names.items():
        grants = grants.replace(word, name)
    return [*_creation(cursor, role, password), *grants.splitlines()]


def _refuse_other_owners(cursor: CursorWrapper, role: str) -> None:
    cursor.execute("SELECT current_user")
    me = cursor.fetchone()[0]
    if me == role:
        raise NotPossible(f"DATABASE_URL and DATABASE_OWNER_URL name the same role, {me}.")
    cursor.execute(OTHERS, {"me": quote_ident(me, cursor.cursor)})
    for what, name, owner in cursor.fetchall():
        raise NotPossible(
            f"{what} {name} belongs to {owner}, not to {me}. Name {owner} in DATABASE_OWNER_URL "
            f"and another role in DATABASE_URL; or let an administrator of the server run, in this "
            f"database: REASSIGN OWNED BY {owner} TO {me};"
        )


def _creation(cursor: CursorWrapper, role: str, password: str) -> list[str]:
    cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
    if cursor.fetchone()[0]:
        return []
    name = quote_ident(role, cursor.cursor)
    if not password:
        return [f"CREATE ROLE {name} LOGIN"]
    # Hashed here: a statement may end up in the server's log.
    hashed = encrypt_password(password, role, cursor.connection)
    return [f"CREATE ROLE {name} LOGIN PASSWORD '{hashed}'"]
