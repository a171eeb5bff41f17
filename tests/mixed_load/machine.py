"""A machine as an operator has it: services of its own, and the site's processes under supervision.

The settings are those of a public site. Whoever talks to it does so as its proxy would.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import psycopg2

from devstack import paths, web, workers
from devstack.site_processes import Child
from tests.brokers import Redis
from tests.core.database.own_postgres import OwnPostgres
from tests.processes import free_port

RESTARTED_AFTER = 2  # seconds, as the units of deploy/systemd say
HOST = "clinic.test"
ROWS = {"max_connections": "100", "shared_buffers": "128MB", "fsync": "on"}
DATABASE = "clinic"


class Machine:
    """Services, processes, logs: all in one folder, and gone with the `with` block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir()
        data = folder / "data"
        data.mkdir()
        self.postgres = OwnPostgres(data, **ROWS)
        self.broker, self.cache = Redis(), Redis()
        self.port, mail_port = free_port(), free_port()
        self.journal, self.refusing = folder / "mails", folder / "refusing"
        self.environ = self._environ(mail_port)
        os.environ.update(self.environ)  # before anything reads the settings
        self.over = threading.Event()
        script = str(Path(__file__).with_name("mail_server.py"))
        files = (str(self.journal), str(self.refusing))
        self.mail = Child("mail", script, str(mail_port), *files, log=self.logs / "mail")
        granian = web.command(port=self.port, workers=2)
        self.web = self._child("web", granian)
        self.clinic = self._child("clinic worker", workers.clinic())
        self.letters = self._child("letters worker", workers.letters(), nice=workers.LETTERS_NICE)
        self.beat = self._child("beat", workers.beat(str(folder / "beat")))
        self.site = [self.web, self.clinic, self.letters, self.beat]

    def _child(self, name: str, command: list[str], nice: int = 0) -> Child:
        log = self.logs / name.replace(" ", "-")
        return Child(name, "-m", *command, environ=self.environ, log=log, nice=nice)

    def url(self, role: str) -> str:
        return f"postgres://{role}@/{DATABASE}?host={self.postgres.folder}"

    def _environ(self, mail_port: int) -> dict[str, str]:
        names = ("SECRET_KEY", "ADDRESS_KEY", "NEWSLETTER_KEYS", "RECORD_KEYS")
        keys = {name: secrets.token_urlsafe(50) for name in names}
        return keys | {
            "DEBUG": "off",
            "DJANGO_SETTINGS_MODULE": "curednation.settings",
            "DATABASE_URL": self.url("site"),
            "BROKER_URL": self.broker.url,
            "CACHE_URL": self.cache.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DEFAULT_FROM_EMAIL": f"office@{HOST}",
            "SITE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": HOST,
            "TRUSTED_PROXIES": "127.0.0.1",
            # Forty times a small clinic: as settings.md advises whoever has so many patients.
            "LIMIT_MAILS": "24000/hour",
            "LIMIT_BOOKINGS": "1200/day",
            "LIMIT_NEWSLETTER": "800/day",
        }

    def __enter__(self) -> Self:
        self.broker.start()
        self.cache.start()
        self._make_database()
        self.mail.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for child in (*self.site, self.mail):
            child.kill()
        for server in (self.broker, self.cache):
            server.__exit__()
        self.postgres.go_on()
        self.postgres.kill()

    def _make_database(self) -> None:
        """Make it as docs/deploy.md does: an owner of the tables, and a role for the site."""
        session = psycopg2.connect(self.postgres.url)
        session.autocommit = True
        with contextlib.closing(session), session.cursor() as cursor:
            cursor.execute("CREATE ROLE owner LOGIN CREATEROLE")
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER owner")
        owner = {"DATABASE_OWNER_URL": self.url("owner")}
        self.manage("migrate", "-v0", **owner)
        self.manage("database_roles", **owner)
        self.manage("collectstatic", "--noinput", "-v0")
        self.manage("roles")

    def manage(self, *arguments: str, **environ: str) -> None:
        """Run a command of manage.py as the operator would. Raises where it fails."""
        with (self.logs / "manage").open("ab") as log:
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=paths.BASE_DIR,
                env=os.environ | self.environ | environ,
                check=True,
                stdout=log,
                stderr=log,
            )

    def start(self) -> None:
        """Start the site's processes, and again whichever dies from now on."""
        for child in self.site:
            child.start()
        threading.Thread(target=self._supervise, daemon=True).start()

    def _supervise(self) -> None:
        died: dict[str, float] = {}
        while not self.over.wait(0.2):
            for child in self.site:
                if not child.died():
                    continue
                now = time.monotonic()
                if now - died.setdefault(child.name, now) >= RESTARTED_AFTER:
                    died.pop(child.name)
                    child.kill()
                    child.start()

    def web_processes(self) -> list[int]:
        """Return the processes of granian that answer requests."""
        assert self.web.process
        pid = self.web.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if _is_worker(int(child))]

    def send(self, child: Child, number: signal.Signals) -> None:
        """Send a signal to a process and all that it started."""
        assert child.process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, number)


def _is_worker(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False
