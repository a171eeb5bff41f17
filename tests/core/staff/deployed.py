"""A database as docs/deploy.md makes one: an owner without special rights, and a site."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import psycopg2
from django.conf import settings
from django.db import connection

PASSWORD = "a long password/of: its@own"


@dataclass
class Deployment:
    """Names are this process's own: others use the same server."""

    owner: str = field(default_factory=lambda: f"owner-{os.getpid()}")
    site: str = field(default_factory=lambda: f"site-{os.getpid()}")
    database: str = field(default_factory=lambda: f"deployed-{os.getpid()}")

    def url(self, role: str) -> str:
        """The address of this database for that role."""
        server = connection.settings_dict
        account = f"{quote(role)}:{quote(PASSWORD, safe='')}"
        if server["HOST"].startswith("/"):
            return f"postgres://{account}@/{self.database}?{urlencode({'host': server['HOST']})}"
        port = f":{server['PORT']}" if server["PORT"] else ""
        return f"postgres://{account}@{server['HOST']}{port}/{self.database}"

    @contextmanager
    def session(self, role: str) -> Iterator:
        """A cursor of that role; each statement is a transaction."""
        session = psycopg2.connect(self.url(role), options="-c lock_timeout=5s")
        session.autocommit = True
        with closing(session), session.cursor() as cursor:
            yield cursor

    def manage(self, *arguments: str, given: str = "", **environ: str) -> tuple[int, str]:
        """Run a command as the site would; its exit status and what it printed."""
        environ = {"DATABASE_URL": self.url(self.site), "EMAIL_URL": "smtp://127.0.0.1:1"} | environ
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "curednation.settings"} | environ,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stdout + result.stderr

    def manage_as_owner(self, *arguments: str, **environ: str) -> tuple[int, str]:
        return self.manage(*arguments, DATABASE_OWNER_URL=self.url(self.owner), **environ)


@contextmanager
def deployment() -> Iterator[Deployment]:
    """An empty database and its owner, made as an administrator of the server would."""
    made = Deployment()
    with administrator() as cursor:
        cursor.execute(f'CREATE ROLE "{made.owner}" LOGIN CREATEROLE PASSWORD %s', [PASSWORD])
        cursor.execute(f'CREATE DATABASE "{made.database}" OWNER "{made.owner}"')
    try:
        yield made
    finally:
        with administrator() as cursor:
            cursor.execute(f'DROP DATABASE "{made.database}" WITH (FORCE)')
            cursor.execute(f'DROP ROLE IF EXISTS "{made.site}"')
            cursor.execute(f'DROP ROLE "{made.owner}"')


@contextmanager
def administrator(database: str = "postgres") -> Iterator:
    """A cursor of whoever runs the server, in that database; each statement a transaction."""
    given = connection.get_connection_params() | {"dbname": database}
    session = psycopg2.connect(**given)
    session.autocommit = True
    with closing(session), session.cursor() as cursor:
        yield cursor
