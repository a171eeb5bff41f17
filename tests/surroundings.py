"""Where this test process works: its own broker and cache databases beside those of the others.

The services named by DATABASE_URL, BROKER_URL and CACHE_URL are used; the embedded ones stand in.
"""

import os
import re

from devstack import embedded, mailcatcher, valkey
from devstack.service import Service

WORKER = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0)


def enter() -> None:
    """Set the variables for the settings, and for every process that the tests start."""
    os.environ.setdefault("DEBUG", "on")
    for kind in ("BOOKINGS", "LINKS", "CONTACT", "NEWSLETTER"):
        # Everything comes from one network here. The tests of the limits set their own.
        os.environ.setdefault(f"LIMIT_{kind}", "100000/second")
    os.environ.setdefault("BROKER_URL", valkey.broker_url(2))  # `make run` works in those below
    os.environ.setdefault("CACHE_URL", valkey.cache_url(3))
    if WORKER:
        for variable in ("BROKER_URL", "CACHE_URL"):
            os.environ[variable] = _beside(os.environ[variable])
        os.environ["BROKER_QUEUE"] = f"celery-{WORKER}"
    # Playwright keeps an event loop in the thread that also asks the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def services() -> list[Service]:
    """Return the embedded services that the tests need, before `enter()` has named them all."""
    wanted = embedded.wanted({"DEBUG": "on"} | os.environ)
    return [service for service in wanted if service is not mailcatcher.MAILCATCHER]


def _beside(url: str) -> str:
    """Return the address of another database of the same server, two further for each worker."""
    if not url.startswith(("redis", "unix")):
        return url
    changed = re.sub(
        r"(virtual_host=|db=|:\d+/)(\d+)$", lambda m: f"{m[1]}{int(m[2]) + 2 * WORKER}", url
    )
    assert changed != url, f"{url} must end with the number of a database"
    return changed


SERVICES = services()
enter()
