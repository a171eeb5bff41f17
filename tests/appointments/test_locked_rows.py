"""A row that somebody leaves locked stops neither pages nor other providers."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import psycopg2
import pytest
from django.db import connection

from appointments.models import Appointment, Service, Status
from tests import processes
from tests.appointments import booking_steps
from tests.appointments.test_races import at_once
from tests.factories import make_provider, make_service, monday
from tests.visitor import Page, over_http

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock]
CLICKS = 12


@pytest.fixture(scope="module")
def one_process(django_db_setup) -> Iterator[processes.Process]:
    """The site with one process of four threads, which twelve clicks would fill three times."""
    with processes.site(WEB_WORKERS="1", WEB_THREADS="4") as site:
        yield site


@contextmanager
def locked(table: str, pk: int) -> Iterator[None]:
    """Somebody has locked that row and gone for lunch."""
    somebody = psycopg2.connect(**connection.get_connection_params())
    with closing(somebody), somebody.cursor() as cursor:
        cursor.execute(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", [pk])
        yield
        somebody.rollback()


def sending_details(
    site: processes.Process, service: Service, start: datetime, nth: int
) -> Callable[[], Page]:
    visitor = over_http(site.url)
    page = booking_steps.hold_time(visitor, service, start)
    name = f"Grace {'abcdefghijklmnop'[nth]}"
    typed = {"first_name": name, "email": f"grace{nth}@example.org"}
    return lambda: booking_steps.fill_in(visitor, page, **typed)


def test_twelve_clicks_on_a_locked_provider_leave_pages_and_other_providers_alone(one_process):
    locked_one, other_one = make_provider(), make_provider()
    theirs = make_service(providers=[locked_one])
    others = make_service(providers=[other_one])
    starts = [monday("10:00") + timedelta(days=nth) for nth in range(CLICKS)]
    clicks = [sending_details(one_process, theirs, start, n) for n, start in enumerate(starts)]
    elsewhere = sending_details(one_process, others, monday("10:00"), CLICKS)
    over_http(one_process.url).get("/book/")
    times: dict[str, float] = {}

    def timed(name: str, call: Callable[[], Page]) -> Callable[[], Page]:
        def run() -> Page:
            time.sleep(0.7)  # all threads are at it by now
            began = time.monotonic()
            page = call()
            times[name] = time.monotonic() - began
            return page

        return run

    reader = over_http(one_process.url)
    with locked("appointments_provider", locked_one.pk):
        pages, slowest = at_once(
            [*clicks, timed("page", lambda: reader.get("/book/")), timed("other", elsewhere)]
        )
        refused, page, booked = pages[:CLICKS], *pages[CLICKS:]
    assert {each.status for each in refused} == {503}
    assert all("One moment, please." in each.text for each in refused)
    assert all(f"grace{nth}@example.org" in each.text for nth, each in enumerate(refused))
    assert all(each.headers["Retry-After"] == "2" for each in refused)
    assert page.status == 200
    assert "Thank you" in booked.text
    assert times["page"] < 2
    assert times["other"] < 3
    assert slowest < 6
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1


def test_what_was_typed_is_booked_by_one_more_press_when_the_lock_is_gone(one_process):
    provider = make_provider()
    service = make_service(providers=[provider])
    visitor = over_http(one_process.url)
    page = booking_steps.hold_time(visitor, service, monday("10:00"))
    with locked("appointments_provider", provider.pk):
        refused = booking_steps.fill_in(visitor, page)
        assert refused.status == 503
        assert "Nothing was booked or changed." in refused.text
    done = visitor.press(refused, "Try again")
    assert "Thank you, Grace." in done.text
    assert Appointment.objects.get().status == Status.BOOKED
