"""Going over to another release, and back, while people book and read: docs/upgrade.md."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import psutil
import pytest
from django.conf import settings
from django.core.management import call_command

from appointments.models import Appointment, ClinicRules, Status
from core.mail.models import EmailStatus, OutgoingEmail
from devstack import web
from devstack.site_processes import TETHER
from tests import processes
from tests.appointments import booking_steps
from tests.core.mail.factories import fresh, make_email
from tests.devstack.checkouts import LEFT_OUT
from tests.factories import make_provider, make_service, monday
from tests.visitor import over_http

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# The tables of the release before. Its code is a copy of ours, so what came since is a table that
# no public page reads.
EARLIER = {"staff": "0003"}
BEGINS_WITHIN = "12"  # seconds; those of a deployment are 15
# A network of its own, so that its settings are too: see deploy/sysctl.conf.
NETWORK = 'ip link set lo up; echo 1 > /proc/sys/net/ipv4/tcp_migrate_req; exec "$@"'
PAGES = ("/", "/articles/", "/book/")
PAUSE = 0.1  # they share two processors with all the rest
NEXT = "<!-- the next release -->"


class Releases:
    """Two that lie beside one another, and a link to the one that runs."""

    def __init__(self, folder: Path) -> None:
        self.before, self.next, self.link = (folder / name for name in ("before", "next", "link"))
        for release in (self.before, self.next):
            shutil.copytree(settings.BASE_DIR, release, ignore=LEFT_OUT)
        base = self.next / "templates/base.html"
        base.write_text(base.read_text() + NEXT)
        self.lead_to(self.before)

    def lead_to(self, release: Path) -> None:
        half = self.link.with_name("half")
        half.symlink_to(release)
        half.replace(self.link)


class Web:
    """The web server as the unit starts it, in a network of its own."""

    def __init__(self, link: Path) -> None:
        command = ["granian", *web.OPTIONS, "--port", "8000", "--workers", "1"]
        command[command.index("--respawn-interval") + 1] = BEGINS_WITHIN
        apart = ["unshare", "--net", "sh", "-ec", NETWORK, "sh"]
        tether = [sys.executable, str(TETHER), str(os.getpid())]
        site = f"{link}/curednation/rsgi.py:application"
        self.url = "http://127.0.0.1:8000"
        self.process = subprocess.Popen(
            [*apart, *tether, sys.executable, "-P", "-m", *command, site],
            cwd="/",
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "curednation.settings", "SITE_URL": self.url}
            | {"PAGE_CACHE_SECONDS": "1"}
            | {"DATABASE_URL": processes.database_url()},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def enter(self) -> None:
        """Let this thread alone live in the server's network."""
        with Path(f"/proc/{self.process.pid}/ns/net").open() as network:
            assert ctypes.CDLL(None, use_errno=True).setns(network.fileno(), 0) == 0

    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def reload(self) -> None:
        """Do as `systemctl reload` does; return when other processes serve."""
        before = self.workers()
        os.kill(self.process.pid, signal.SIGHUP)
        wait_until(lambda: not before & self.workers(), seconds=40)

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Crowd:
    """People who read and book all the time, and what became of it."""

    def __init__(self, web: Web, services: list) -> None:
        self.web, self.end = web, Event()
        self.seconds: list[float] = []
        self.faults: list[str] = []
        self.booked: list[str] = []
        self.pool = ThreadPoolExecutor(initializer=web.enter)
        self.people = [self.pool.submit(self.read, page) for page in PAGES]
        self.people += [self.pool.submit(self.book, service) for service in services]

    def opened(self, do: Callable[[], str]) -> None:
        began = time.monotonic()
        fault = do()
        self.seconds.append(time.monotonic() - began)
        if fault:
            self.faults.append(fault)
        time.sleep(PAUSE)

    def read(self, page: str) -> None:
        def once() -> str:
            try:
                urllib.request.urlopen(self.web.url + page, timeout=20).close()
            except OSError as error:
                return f"{page}: {error!r}"
            return ""

        while not self.end.is_set():
            self.opened(once)

    def book(self, service) -> None:
        """Book one time after the other, each with an address of its own."""
        for number in range(10**6):
            if self.end.is_set():
                return
            start = monday("09:00") + timedelta(days=number // 16, minutes=30 * (number % 16))
            address = f"grace-{service.slug}-{number}@example.org"
            try:
                page = self._book(service, start, address)
            except (OSError, AssertionError) as error:
                self.faults.append(f"{address}: {error!r}"[:500])
                continue
            if "/book/done/" in page.path:
                self.booked.append(address)
            else:
                self.faults.append(f"{address}: {page.status} {page.path}")

    def _book(self, service, start, address: str):
        visitor = over_http(self.web.url, timeout=20)
        ask = visitor.transport

        def timed(*request):
            began = time.monotonic()
            try:
                return ask(*request)
            finally:
                self.seconds.append(time.monotonic() - began)
                time.sleep(PAUSE)

        visitor.transport = timed
        return booking_steps.book(visitor, service, start, email=address)

    def goes_home(self) -> None:
        self.end.set()
        for person in self.people:
            person.result(60)
        self.pool.shutdown()


def wait_until(done: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def migrate(*arguments: str) -> None:
    for app, name in EARLIER.items():
        call_command("migrate", app, *arguments or (name,), verbosity=0)


@pytest.fixture
def releases(tmp_path) -> Iterator[Releases]:
    """Both of them, with the tables of the one before."""
    releases = Releases(tmp_path)
    migrate()
    try:
        yield releases
    finally:
        call_command("migrate", verbosity=0)


@pytest.fixture
def site(releases) -> Iterator[Web]:
    web = Web(releases.link)
    try:
        with ThreadPoolExecutor(1, initializer=time.sleep, initargs=(1,)) as pool:
            wait_until(lambda: pool.submit(shows, web, "").result(), seconds=40)
        yield web
    finally:
        web.end()


def shows(web: Web, text: str) -> bool:
    """Say whether a page is there, and holds this."""
    web.enter()
    try:
        with urllib.request.urlopen(f"{web.url}/about/", timeout=20) as page:
            return text in page.read().decode()
    except OSError:
        return False


def asked(web: Web, text: str) -> bool:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(shows, web, text).result()


def test_a_release_goes_out_and_is_taken_back_and_nobody_notices(releases, site):
    services = [make_service(slug=f"visit-{n}", providers=[make_provider()]) for n in range(2)]
    ClinicRules.objects.update_or_create(defaults={"most_hourly": 9999, "most_unproved": 9999})
    crowd = Crowd(site, [SimpleNamespace(slug=service.slug) for service in services])
    try:
        wait_until(lambda: len(crowd.booked) > 2)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=releases.next,
            env=os.environ | {"DATABASE_URL": processes.database_url()}
            | {"DJANGO_SETTINGS_MODULE": "curednation.settings"},
            check=True,
        )  # fmt: skip
        on_new_tables = len(crowd.booked)
        wait_until(lambda: len(crowd.booked) > on_new_tables + 2)
        releases.lead_to(releases.next)
        site.reload()
        wait_until(lambda: asked(site, NEXT))
        on_new_code = len(crowd.booked)
        wait_until(lambda: len(crowd.booked) > on_new_code + 2)
        releases.lead_to(releases.before)
        site.reload()
        wait_until(lambda: not asked(site, NEXT))
        wait_until(lambda: len(crowd.booked) > on_new_code + 4)
    finally:
        crowd.goes_home()
    assert crowd.faults == []
    assert len(crowd.seconds) > 300
    assert max(crowd.seconds) < 5, "a second or two, but these processors are shared"
    visits = Appointment.objects.filter(status=Status.BOOKED).values_list("email", flat=True)
    assert sorted(visits) == sorted(crowd.booked)
    keys = OutgoingEmail.objects.filter(to__in=crowd.booked).values_list("to", flat=True)
    assert sorted(keys) == sorted(crowd.booked), "each has one confirmation"


def test_a_worker_that_is_asked_to_end_ends_its_mail_and_leaves_the_others_to_the_next(
    start_worker, smtp_server
):
    smtp_server.delay = 2
    before = start_worker(EMAIL_URL=smtp_server.url)
    mails = [make_email() for _ in range(6)]
    wait_until(lambda: smtp_server.attempts == 1)
    os.kill(before.process.pid, signal.SIGTERM)
    assert before.process.wait(20) == 0
    assert [fresh(mail).status for mail in mails].count(EmailStatus.SENT) == len(smtp_server.mails)
    assert 1 <= len(smtp_server.mails) < len(mails)
    smtp_server.delay = 0
    start_worker(EMAIL_URL=smtp_server.url)
    wait_until(lambda: all(fresh(mail).status == EmailStatus.SENT for mail in mails))
    ids = [mail["Message-ID"] for mail in smtp_server.mails]
    assert sorted(ids) == sorted(mail.message_id for mail in mails)
    assert smtp_server.attempts == len(mails)
