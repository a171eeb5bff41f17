"""How a patient gets into the visit: its page says what is so at every minute of it."""

from datetime import datetime, timedelta

import pytest
import time_machine

from appointments import links
from appointments.booking import attendance
from appointments.models import Status
from tests.factories import make_appointment, make_service, monday
from tests.pages.factories import make_practice
from tests.visitor import Page, in_process

pytestmark = pytest.mark.django_db
JOIN, CALL, AGAIN = "Join your visit", "will call you at", "Book another time"
OVER = "This visit is over."
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def visit():
    return make_appointment(starts_at=monday("10:00"))  # half an hour long


@pytest.fixture
def call():
    return make_appointment(service=make_service(channel="phone"), starts_at=monday("10:00"))


def shown(visit, moment: datetime) -> Page:
    with time_machine.travel(moment, tick=False):
        page = in_process().get(links.page(visit))
    assert page.status == 200
    return page


def set_status(visit, status: str) -> None:
    type(visit).objects.filter(pk=visit.pk).update(status=status)


# ── a room elsewhere: from fifteen minutes before until it is closed ───────────


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CHECKED_IN])
@pytest.mark.parametrize("after", [-9 * MINUTE, 0 * MINUTE, 29 * MINUTE, 31 * MINUTE, 2 * HOUR])
def test_a_visit_that_starts_late_or_runs_over_can_be_joined(visit, status, after):
    set_status(visit, status)
    page = shown(visit, visit.starts_at + after)
    assert JOIN in page.text
    assert visit.provider.video_room in page.text
    assert OVER not in page.text
    assert AGAIN not in page.text


def test_the_button_to_join_comes_fifteen_minutes_before(visit):
    assert JOIN not in shown(visit, visit.starts_at - 16 * MINUTE).text
    assert JOIN in shown(visit, visit.starts_at - 14 * MINUTE).text


def test_nobody_who_did_not_come_joins_two_hours_after_the_end(visit):
    assert JOIN in shown(visit, visit.ends_at + 119 * MINUTE).text
    page = shown(visit, visit.ends_at + 121 * MINUTE)
    assert JOIN not in page.text
    assert OVER in page.text
    assert AGAIN in page.text


@pytest.mark.parametrize("after", [121 * MINUTE, 30 * HOUR])
def test_nobody_who_is_checked_in_is_told_that_the_visit_is_over(visit, after):
    make_practice()
    set_status(visit, Status.CHECKED_IN)
    page = shown(visit, visit.ends_at + after)
    assert OVER not in page.text
    assert AGAIN not in page.text
    assert JOIN not in page.text  # somebody else may be in that room by now
    assert "If you still wait, please call us" in page.text


def test_whom_staff_have_checked_in_early_can_join_at_once(visit):
    set_status(visit, Status.CHECKED_IN)
    assert JOIN in shown(visit, visit.starts_at - HOUR).text


@pytest.mark.parametrize("close", [attendance.complete, attendance.no_show])
def test_a_visit_that_staff_have_closed_is_not_joined(visit, close):
    make_practice()
    with time_machine.travel(visit.starts_at + 5 * MINUTE):
        close(visit, by="Ruth")
    page = shown(visit, visit.starts_at + 6 * MINUTE)
    assert JOIN not in page.text
    assert AGAIN in page.text


def test_a_visit_that_waits_to_be_confirmed_is_not_joined(visit):
    until = visit.starts_at + HOUR
    type(visit).objects.filter(pk=visit.pk).update(status=Status.HELD, held_until=until)
    assert JOIN not in shown(visit, visit.starts_at - 5 * MINUTE).text
    page = shown(visit, visit.starts_at + MINUTE)
    assert JOIN not in page.text
    assert "It was not confirmed" in page.text


# ── who calls ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CHECKED_IN])
@pytest.mark.parametrize("after", [-24 * HOUR, -5 * MINUTE, 10 * MINUTE, 90 * MINUTE])
def test_a_visit_by_phone_says_whom_we_call_until_it_is_closed(call, status, after):
    set_status(call, status)
    page = shown(call, call.starts_at + after)
    assert CALL in page.text
    assert "(615) 555-0117" in page.text
    assert OVER not in page.text


# ── it looks again by itself ────────────────────────────────────────────────────────


def looks_again_after(visit, moment: datetime) -> int:
    return int(shown(visit, moment).text.partition('data-look-again-after="')[2].partition('"')[0])


def test_the_seconds_do_not_tell_a_browser_that_a_visit_waits_to_be_confirmed(visit):
    """It is told "booked" there: whether its address has many visits is nobody else's to know."""
    path = links.handed_page(visit, "visit")
    now = visit.created + MINUTE
    told = []
    for status, until in ((Status.BOOKED, None), (Status.HELD, now + 7 * MINUTE)):
        type(visit).objects.filter(pk=visit.pk).update(status=status, held_until=until)
        with time_machine.travel(now, tick=False):
            told.append(in_process().get(path).text)
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("before", "seconds"),
    [
        (timedelta(minutes=17), 120),  # the button comes
        (timedelta(minutes=5, seconds=20), 20),  # one minute less
        (timedelta(seconds=30), 30),  # it begins
        (timedelta(0), 60),  # staff may close it
        (timedelta(days=-20), 1800),
    ],
)
def test_the_page_looks_again_when_it_says_something_else(visit, before, seconds):
    assert seconds <= looks_again_after(visit, visit.starts_at - before) <= seconds + 1
