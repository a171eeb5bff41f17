"""Another clock for a command: `python -m devstack.clock "2027-03-13 22:50" COMMAND…`.

All that the command starts lives by that clock: Python, workers, browser, PostgreSQL, Valkey. It
is the true time plus an offset, the same number for every process, so that they agree and it runs
on. Debian's libfaketime adds it; four things make that dependable:

- The monotonic clock stays true. Moved along, it makes every wait with a time limit of Python's
  locks endless: libfaketime 0.9.10 moves the clock and not `sem_clockwait`, so the kernel waits
  until a day that is half a century away. A parallel run of pytest hung at its end for this.
- What libfaketime does to `pthread_cond_timedwait` on newer glibc ("forced monotonic fix") is off:
  with the monotonic clock left alone it makes such waits end at once, and Chromium spin for ever.
- `time.sleep` is replaced (see `shifted/sitecustomize.py`), the one that fails without that.
- Times of files stay true: else Python would find every compiled module out of date.

It can only go forward. libfaketime shows the true time to a signal handler that interrupts a wait,
so by a clock of the past PostgreSQL's timer took each idle transaction for hours old and ended it.
By a clock of the future its timers (deadlocks, time limits) come late, which tests can live with.

The embedded services of such a run are others than those of the true clock: see `places`. One run
by another clock at a time for each checkout; what a killed one left running is ended first.
"""

import glob
import math
import os
import sys
from datetime import UTC, datetime

from devstack import apt
from devstack.clock_variables import SETTINGS
from devstack.errors import Trouble

LIBRARIES = [
    "/usr/lib/*/faketime/libfaketime.so.1",  # Debian, Ubuntu
    "/usr/lib*/faketime/libfaketime.so.1",
    "/usr/local/lib/faketime/libfaketime.so.1",
]


def offset(wanted: str, now: datetime) -> int:
    """Return how many seconds ahead of `now` that moment is, below zero where it is past.

    `wanted` is a moment of ISO 8601, by this machine's time zone unless it names its offset.
    Raises Trouble when it is none.
    """
    try:
        moment = datetime.fromisoformat(wanted).astimezone(UTC)
    except ValueError as error:
        raise Trouble(
            f'CLOCK="{wanted}" is not a moment. Write it like "2027-03-13 22:50", or with the '
            f'offset of its time zone like "2027-03-13 22:50-06:00".'
        ) from error
    return math.ceil((moment - now).total_seconds())


def library() -> str:
    """Return the path of libfaketime, installed first if need be. Raises Trouble without it."""
    if not found():
        apt.install(
            "faketime",
            "Another clock needs libfaketime. Install it (on Debian: apt install faketime).",
        )
    if not found():
        raise Trouble("apt-get could not install faketime; its own words stand above.")
    return found()[0]


def found() -> list[str]:
    """Return the paths at which there is a libfaketime, the distribution's own first."""
    return [path for pattern in LIBRARIES for path in sorted(glob.glob(pattern))]  # noqa: PTH207


def environment(wanted: str) -> dict[str, str]:
    """Return the variables under which a command starts at that moment. Raises Trouble."""
    ahead = offset(wanted, datetime.now(UTC))
    if ahead < 0:
        raise Trouble(f'CLOCK="{wanted}" is past. PostgreSQL can only be given a later clock.')
    return SETTINGS | {"LD_PRELOAD": library(), "FAKETIME": f"{ahead:+d}"}


def main(wanted: str, *command: str) -> None:
    """Become the command, by that clock and with the shifted services for itself."""
    if os.environ.get("FAKETIME"):
        raise Trouble("This already runs by another clock.")
    os.environ |= environment(wanted)  # for the command: this process keeps the true clock
    # Importing our package has named the site's settings; the tests have their own.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    from devstack import embedded  # not before: it reads the variables

    embedded.alone()
    os.execvp(command[0], command)  # noqa: S606  (the command that was given)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except Trouble as error:
        sys.exit(str(error))
