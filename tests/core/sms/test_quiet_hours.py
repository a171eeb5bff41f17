"""When a text may go out: by day, on the clock of who reads it, across the year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from core.sms import delivery
from core.sms.quiet_hours import next_allowed
from tests.core.sms.factories import agree, fresh, make_text

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2027-01-15 07:59", "2027-01-15 08:00"),
        ("2027-01-15 08:00", "2027-01-15 08:00"),
        ("2027-01-15 20:59", "2027-01-15 20:59"),
        ("2027-01-15 21:00", "2027-01-16 08:00"),
        ("2027-12-31 23:30", "2028-01-01 08:00"),
        ("2027-03-14 01:30", "2027-03-14 08:00"),  # the clocks go forward at two
        ("2027-11-07 00:30", "2027-11-07 08:00"),  # and back
    ],
)
def test_the_night_ends_at_eight(now, allowed):
    moment = datetime.fromisoformat(now).replace(tzinfo=CHICAGO).astimezone(UTC)
    expected = datetime.fromisoformat(allowed).replace(tzinfo=CHICAGO)
    assert next_allowed(moment, CHICAGO) == expected.astimezone(UTC)


@pytest.mark.django_db
def test_a_text_whose_worker_was_late_does_not_wake_anybody(texts, mailoutbox):
    """It was written by day, and is due only at night: an outage, a queue, a limit."""
    agree()
    evening = datetime(2035, 1, 15, 20, 50, tzinfo=CHICAGO)  # not past, whatever the clock says
    link = {"link": "https://a.example/t/x"}
    with time_machine.travel(evening, tick=False):
        text = make_text("appointment_ready", zone="America/Chicago", **link)
        at_any_hour = make_text("appointment_ready", quiet_hours=False, **link)
    with time_machine.travel(evening + timedelta(hours=1), tick=False):
        delivery.deliver(text.pk)
        delivery.deliver(at_any_hour.pk)
    assert len(mailoutbox) == 1
    waiting = fresh(text)
    assert (waiting.status, waiting.attempts) == ("waiting", 0)
