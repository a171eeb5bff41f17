"""The services that the project brings along, for every variable that names no other.

`urls()` says where they are, and starts nothing; `serving()` has them running meanwhile.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from devstack import mailcatcher, paths, postgres, valkey
from devstack.errors import Trouble
from devstack.locks import Lock
from devstack.service import Hold, Service, bring_down

ADDRESSES = {
    "DATABASE_URL": (postgres.POSTGRES, postgres.url),
    "BROKER_URL": (valkey.VALKEY, valkey.broker_url),
    "CACHE_URL": (valkey.VALKEY, valkey.cache_url),
    "EMAIL_URL": (mailcatcher.MAILCATCHER, mailcatcher.url),
}


def url(variable: str) -> str:
    """Return the address of the embedded service that stands in for this variable."""
    return ADDRESSES[variable][1]()


def urls() -> dict[str, str]:
    """Return all four addresses, the same every time for this checkout and user."""
    return {variable: url(variable) for variable in ADDRESSES}


def programs() -> str:
    """Return the folder of pg_dump and others of the embedded PostgreSQL; nothing without it."""
    return postgres.programs()


def wanted(environ: Mapping[str, str]) -> list[Service]:
    """Return the services that these settings leave to us; none in production."""
    debug = environ.get("DEBUG") or ("" if environ.get("DATABASE_URL") else "on")
    if debug.lower() not in ("1", "on", "true", "yes"):
        return []
    unset = (service for name, (service, _) in ADDRESSES.items() if not environ.get(name))
    return list(dict.fromkeys(unset))


def ensure(services: Iterable[Service]) -> list[Hold]:
    """Start what is not running, at the same time. Raises Trouble; then nothing is held."""
    paths.prepare()
    starts: list[Future[Hold]] = []
    try:
        with ThreadPoolExecutor() as pool:
            starts += [pool.submit(Hold, service) for service in services]
        return [start.result() for start in starts]
    except BaseException:  # one has failed, or we are told to end: the others are not kept
        release(start.result() for start in starts if start.done() and not start.exception())
        raise


def alone() -> None:
    """Have all of them to this process until it ends, `exec` included; what still runs is ended.

    Raises Trouble while somebody uses them.
    """
    paths.prepare()
    run = Lock(paths.LOCKS / "alone")
    if not run.try_claim():
        raise Trouble("Another run by another clock is under way in this checkout. Wait for it.")
    os.set_inheritable(run.descriptor, True)
    for service in dict.fromkeys(service for service, _ in ADDRESSES.values()):
        with service.lock("leaving").claim(), service.lock("users") as users:
            if not users.try_claim():
                raise Trouble(f"Somebody uses {service.title} of the shifted clock. Wait for them.")
            bring_down(service)


def release(holds: Iterable[Hold]) -> None:
    """Let go of the servers; those that nobody else uses are stopped."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(Hold.release, holds))


@contextmanager
def serving(services: Iterable[Service]) -> Iterator[list[Hold]]:
    """Have these services running meanwhile."""
    owner = os.getpid()
    holds = ensure(services)
    try:
        yield holds
    finally:
        if os.getpid() == owner:  # a forked child leaves by its own door
            release(holds)
