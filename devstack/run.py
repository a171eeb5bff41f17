"""`make run`: everything that the site consists of, until Ctrl-C.

One of these runs per checkout. It starts the services, brings the database up to date, starts web,
workers and beat, starts again what dies, and ends them all when it is told to.
"""

import errno
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from devstack import embedded, migration_state, paths, rooms, site_processes, web, workers
from devstack.errors import Trouble
from devstack.locks import Lock
from devstack.processes import port_holder, port_is_free
from devstack.reload import Watcher
from devstack.service import Hold, Service
from devstack.site_processes import Child

READY_WITHIN = 60  # seconds
STARTED = time.monotonic()


class Told(BaseException):
    """We have been told to end."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curednation.settings")
    os.environ.setdefault("SMS_URL", "development://")  # texts are read beside the mails
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is signal.SIG_DFL:  # nohup
            signal.signal(number, _told)
    try:
        _run()
    except Told:
        say("Ended.")
    except (Trouble, ImproperlyConfigured) as error:
        sys.exit(f"\n{error}")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit("\nThe disk is full. Make room and start again.")


def _told(number: int, frame: object) -> None:
    for known in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(known, signal.SIG_IGN)  # ending takes seconds at most, and is not cut short
    raise Told


def _run() -> None:
    paths.prepare()
    with Lock(paths.LOCKS / "run") as lock:
        if not lock.try_claim():
            say(f"The site already runs: {_predecessor(lock).get('about', 'it is starting')}")
            return
        site_processes.end_leftovers(_predecessor(lock).get("groups", {}))
        _require_free_ports()
        lock.write(json.dumps({"about": f"it is starting as process {os.getpid()}."}))
        services = embedded.wanted(os.environ)
        say(f"Starting {_names(services)}")
        holds = embedded.ensure(services)
        try:
            _serve(lock, holds)
        finally:
            embedded.release(holds)
            lock.write("{}")


def _require_free_ports() -> None:
    """Raise Trouble where somebody else has the site's port, or that of its rooms."""
    for port, variable in ((settings.PORT, "PORT"), (settings.ROOMS_PORT, "ROOMS_PORT")):
        if not port_is_free(port):
            raise Trouble(
                f"Port {port} is taken by {port_holder(port)}. End it, or choose "
                f"another port: make run {variable}={port + 2}"
            )


def _serve(lock: Lock, holds: list[Hold]) -> None:
    site = _children()
    try:
        if migration_state.already():
            say("Starting the site, and looking after the database")
            _start(lock, site)
            _prepare()
        else:
            say("Bringing the database up to date")
            _prepare()
            say("Starting the site")
            _start(lock, site)
        _wait_until_ready(site)
        _announce()
        _watch(lock, site, holds)
    finally:
        say("Ending the site")
        site_processes.end(site)


def _start(lock: Lock, site: list[Child]) -> None:
    for child in site:
        child.start()
    _remember(lock, site)


def _children() -> list[Child]:
    level = settings.LOG_LEVEL.lower()
    granian = web.command(port=settings.PORT, workers=settings.WEB_WORKERS)
    # Celery warns at length about running as root; in development, on loopback, it may.
    python = ["-W", "ignore:You're running the worker", "-m"]
    schedule = str(paths.VAR / "celerybeat-schedule")

    def celery(name: str, command: list[str]) -> Child:
        program, *rest = command
        return Child(name, *python, program, "--quiet", *rest, "--loglevel", level)

    return [
        Child("web server", "-m", *granian, "--log-level", "warning"),
        Child("rooms", "-m", *rooms.COMMAND),
        celery("clinic worker", workers.clinic()),
        celery("letters worker", workers.letters()),
        celery("beat", workers.beat(schedule)),
    ]


def _prepare() -> None:
    """Migrate, load demo data, make the staff login: all in one process, it starts only once."""
    child = Child("preparation", "manage.py", "dev_prepare")
    try:
        if child.start().wait():
            raise Trouble("The database could not be prepared; the reason stands above.")
    finally:
        site_processes.end([child])


def _wait_until_ready(site: list[Child]) -> None:
    """Return when /readyz answers 200. Raises Trouble if it does not in time."""
    deadline = time.monotonic() + READY_WITHIN
    answer = "nothing"
    while time.monotonic() < deadline:
        for child in site:
            if child.died():
                child.revive()
        try:
            urllib.request.urlopen(f"{_address()}readyz", timeout=10).close()  # noqa: S310
            return
        except urllib.error.HTTPError as error:
            answer = f"{error.code}; the web server's own words stand above"
        except OSError as error:
            answer = str(error)
        time.sleep(0.1)
    raise Trouble(f"The site is not ready after {READY_WITHIN} seconds. /readyz says: {answer}")


def _watch(lock: Lock, site: list[Child], holds: list[Hold]) -> None:
    """Start again what dies, and the site when its code changes. Returns never."""
    watcher = Watcher()
    while True:
        time.sleep(0.5)
        for hold in holds:
            if not hold.service.running():
                say(f"{hold.service.heading} has ended unexpectedly; it is started again")
                hold.heal()
        changed = watcher.changed()
        if changed:
            say(f"{changed} has changed; the site is started again")
            site_processes.end(site)
            for child in site:
                child.start()
            _remember(lock, site)
        for child in site:
            if child.died():
                say(f"The {child.name} has ended unexpectedly; it is started again")
                child.revive()
                _remember(lock, site)


def _remember(lock: Lock, site: list[Child]) -> None:
    """Write down who we are, for a second `make run` and for the successor of a killed one."""
    groups = {child.name: child.process.pid for child in site if child.process}
    about = f"{_address()} (process {os.getpid()}). It is left alone."
    lock.write(json.dumps({"about": about, "groups": groups}))


def _predecessor(lock: Lock) -> dict:
    try:
        return dict(json.loads(lock.read()))
    except ValueError:
        return {}


def _address() -> str:
    return f"http://127.0.0.1:{settings.PORT}/"


def _announce() -> None:
    from devstack.management.commands.dev_staff import EMAIL, PASSWORD

    second = "" if settings.STAFF_MFA_REQUIRED else " (no second factor in development)"
    say(
        f"The site is ready after {time.monotonic() - STARTED:.1f} s.\n\n"
        f"    Site           {_address()}\n"
        f"    Staff          {_address()}admin/\n"
        f"                   {EMAIL}, password {PASSWORD}{second}\n"
        "                   front-desk@, clinician@, editor@, newsletter@, privacy@ and\n"
        "                   office-manager@example.org see less, same password\n"
        f"    Mail it sends  {_address()}dev/mail/\n\n"
        f"  Ctrl-C ends it."
    )


def _names(services: list[Service]) -> str:
    return ", ".join(service.title for service in services) or "nothing: all services are external"


def say(text: str) -> None:
    print(f"· {text}", flush=True)


if __name__ == "__main__":
    main()
