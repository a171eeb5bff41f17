"""The database of a new clinic: its owner and itself, made by whoever administers the server."""

import os
import pwd
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import psycopg2
from django.utils.translation import gettext as _
from psycopg2 import sql

OWNER, SITE, DATABASE = "curednation_owner", "curednation_site", "curednation"
ADMINISTRATOR = "postgres"  # the account of Debian's PostgreSQL, which needs no password here
OLDEST = 150000  # PostgreSQL 15


class NotPossible(Exception):
    """The database cannot be made or used. The text says what to do."""


def make_here(known: str) -> str:
    """Make the owner and the database in this machine's PostgreSQL; return the owner's address.

    `known` is that address as an earlier run left it: its password stays. Raises NotPossible.
    """
    password = unquote(urlsplit(known).password or "") or secrets.token_urlsafe(30)
    with _administrator() as cursor:
        _make_role(cursor, password)
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [DATABASE])
        if not cursor.fetchone()[0]:
            names = [sql.Identifier(name) for name in (DATABASE, OWNER)]
            create = (
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
            )
            cursor.execute(sql.SQL(create).format(*names))
        cursor.execute("SHOW port")
        port = cursor.fetchone()[0]
    return f"postgres://{OWNER}:{password}@127.0.0.1:{port}/{DATABASE}"


def _make_role(cursor: Any, password: str) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [OWNER])
    verb = sql.SQL("ALTER" if cursor.fetchone()[0] else "CREATE")
    # Hashed here: a statement may end up in the server's log.
    hashed = psycopg2.extensions.encrypt_password(password, OWNER, cursor.connection)
    statement = sql.SQL("{} ROLE {} LOGIN CREATEROLE PASSWORD {}")
    cursor.execute(statement.format(verb, sql.Identifier(OWNER), sql.Literal(hashed)))


@contextmanager
def _administrator() -> Iterator[Any]:
    """Speak to the server of this machine as its administrator; each statement commits."""
    if os.geteuid() != 0:
        raise NotPossible(
            _("Only root can make a database here. Run this as root, or name a database.")
        )
    try:
        account = pwd.getpwnam(ADMINISTRATOR)
        os.seteuid(account.pw_uid)  # PostgreSQL asks the socket who calls
        try:
            session = psycopg2.connect(dbname="postgres", user=ADMINISTRATOR)
        finally:
            os.seteuid(0)
    except (KeyError, psycopg2.OperationalError):
        raise NotPossible(
            _("PostgreSQL does not answer on this machine. Install and start it, or name another.")
        ) from None
    session.autocommit = True
    with closing(session), session.cursor() as cursor:
        yield cursor


def check_owner(url: str) -> None:
    """Raise NotPossible where the database cannot be used with this account."""
    try:
        session = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        # libpq's first line says what it met, and names no password.
        raise NotPossible(
            _("The database does not let us in: %s") % str(error).strip().splitlines()[0]
        ) from None
    with closing(session), session.cursor() as cursor:
        if session.server_version < OLDEST:
            raise NotPossible(_("This is an old PostgreSQL. Version 15 or newer is needed."))
        cursor.execute(
            "SELECT pg_has_role(datdba, 'MEMBER') FROM pg_database"
            " WHERE datname = current_database()"
        )
        if not cursor.fetchone()[0]:
            raise NotPossible(_("This account does not own the database. Name the one that does."))


def site_url(owner_url: str, known: str) -> str:
    """Return the address for the site's own role in the owner's database.

    `known` is the site's address as an earlier run left it: then it stays.
    """
    if known and _place(urlsplit(known)) == _place(urlsplit(owner_url)):
        return known
    owner = urlsplit(owner_url)
    where = owner.netloc.rpartition("@")[2]
    return owner._replace(netloc=f"{SITE}:{secrets.token_urlsafe(30)}@{where}").geturl()


def _place(parts: SplitResult) -> tuple[str, str]:
    return parts.netloc.rpartition("@")[2], parts.path


def renew_site_password(owner_url: str, site_url: str) -> None:
    """Let the site's role in by this address, where an earlier run made it and its file is lost."""
    site = urlsplit(site_url)
    with closing(psycopg2.connect(owner_url)) as session, session, session.cursor() as cursor:
        role = unquote(site.username or "")
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        if cursor.fetchone()[0]:
            password = unquote(site.password or "")
            hashed = psycopg2.extensions.encrypt_password(password, role, session)
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
            cursor.execute(statement.format(sql.Identifier(role), sql.Literal(hashed)))
