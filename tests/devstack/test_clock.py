"""Whatever clock the tests run by, every part keeps the same one, and it can be shifted."""

import os
import subprocess
import sys
import urllib.request
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import redis
from django.conf import settings
from django.db import connection

from devstack import clock, clock_variables, clocks
from devstack.errors import Trouble

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
CLOSE = timedelta(minutes=10)  # between two questions on a machine that is slow
# Each of these waits was endless or failed with some way to shift the clock.
WAITS = """
import multiprocessing, threading, time
condition = threading.Condition()
with condition: condition.wait(.01)
threading.Event().wait(.01)
multiprocessing.Semaphore(0).acquire(timeout=.01)
lock = threading.Lock(); lock.acquire(); lock.acquire(timeout=.01)
time.sleep(.01)
"""


def test_every_part_keeps_the_same_clock(live_site, page):
    here = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [database] = cursor.fetchone()
    store = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    with urllib.request.urlopen(live_site.url, timeout=60) as answer:
        site = parsedate_to_datetime(answer.headers["Date"])
    page.goto(live_site.url)
    clocks = {
        "database": database,
        "cache": datetime.fromtimestamp(store.time()[0], UTC),
        "site": site,
        "browser": datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC),
    }
    assert {name: moment for name, moment in clocks.items() if abs(moment - here) > CLOSE} == {}


@pytest.mark.parametrize(
    ("wanted", "offset"),
    [
        ("2026-11-26 12:00+00:00", 0),
        ("2026-11-26 12:00:30Z", 30),
        ("2026-11-26 05:00-06:00", -3600),
        ("2027-11-26T12:00+00:00", 365 * 86400),
    ],
)
def test_a_moment_is_an_offset_from_now(wanted, offset):
    assert clock.offset(wanted, NOW) == offset


def test_a_moment_without_an_offset_is_of_this_machines_zone():
    assert clock.offset(f"{NOW.astimezone():%Y-%m-%d %H:%M}", NOW) == 0


@pytest.mark.parametrize("wanted", ["", "tomorrow", "2027-02-30 10:00", "10:00"])
def test_what_is_no_moment_is_refused_with_an_example(wanted):
    with pytest.raises(Trouble, match='Write it like "2027-03-13 22:50"'):
        clock.offset(wanted, NOW)


def test_a_moment_that_is_past_is_refused():
    with pytest.raises(Trouble, match="is past"):
        clock.environment("2026-11-26 12:00Z")


if not os.environ.get("FAKETIME"):  # one clock within another is refused

    def test_a_command_runs_by_the_shifted_clock_and_its_waits_end():
        code = f"{WAITS}\nimport datetime\nprint(datetime.datetime.now(datetime.UTC))"
        environ = os.environ | clock.environment("2031-03-13 22:50Z")
        said = subprocess.check_output(
            [sys.executable, "-c", code], env=environ, text=True, timeout=60
        )
        assert said.startswith("2031-03-13 22:5")


def test_the_clocks_are_fourteen_days_in_a_row_and_both_eves_of_a_clock_change():
    found = list(clocks.moments(date(2026, 11, 26)))
    days = [moment.date() for name, moment in found if name.startswith("day")]
    assert days == [date(2026, 11, 27) + timedelta(number) for number in range(14)]
    assert len({moment.hour for _, moment in found[:14]}) == 14
    assert [moment.isoformat() for _, moment in found[14:]] == [
        "2027-03-13T22:50:00-06:00",
        "2027-11-06T22:50:00-05:00",
    ]


def test_services_by_another_clock_are_others():
    code = (
        "from devstack import embedded, paths; print(paths.VAR, *embedded.urls())"
        "\nprint(*(embedded.url(name) for name in ('DATABASE_URL', 'BROKER_URL', 'CACHE_URL')))"
    )
    environ = {name: text for name, text in os.environ.items() if name != "FAKETIME"}
    told = [
        subprocess.check_output([sys.executable, "-c", code], env=environ | extra, text=True)
        for extra in ({}, {"FAKETIME": "+5"})
    ]
    addresses = [set(text.splitlines()[1].split()) for text in told]
    assert len(addresses[0]) == 3
    assert not addresses[0] & addresses[1]
    assert told[0].split()[0] != told[1].split()[0]


def test_the_database_is_given_the_clock_and_nothing_else():
    environ = {"FAKETIME": "+5", "LD_PRELOAD": "/lib.so", "SECRET_KEY": "s"}
    assert clock_variables.of(environ) == {"FAKETIME": "+5", "LD_PRELOAD": "/lib.so"}
    assert clock_variables.of({"LD_PRELOAD": "/lib.so"}) == {}
