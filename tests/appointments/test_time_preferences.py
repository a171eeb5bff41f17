"""Which times suit who waits: weekdays and parts of the day on the patient's own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from appointments.scheduling.time_preferences import TimePreferences, part_of

CENTRAL, NEW_YORK, HONOLULU = "America/Chicago", "America/New_York", "Pacific/Honolulu"
MONDAY, SUNDAY = 0, 6


def second(text: str, zone: str) -> int:
    """Seconds since 1970 of a wall clock such as "2026-11-02 09:00"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def preferences(zone: str, *, days=(), parts=(), before: int | None = None) -> TimePreferences:
    return TimePreferences(ZoneInfo(zone), frozenset(days), frozenset(parts), before)


@pytest.mark.parametrize(
    ("hour", "part"),
    [
        (0, "morning"),
        (11, "morning"),
        (12, "afternoon"),
        (16, "afternoon"),
        (17, "evening"),
        (23, "evening"),
    ],
)
def test_noon_begins_the_afternoon_and_five_the_evening(hour, part):
    assert part_of(hour) == part


def test_who_wishes_nothing_takes_any_time():
    assert preferences(CENTRAL).suits(second("2026-11-02 03:00", CENTRAL))


@pytest.mark.parametrize(
    ("zone", "suits"),
    [(CENTRAL, True), (NEW_YORK, False), (HONOLULU, True)],
)
def test_the_part_of_the_day_is_that_of_the_patients_clock(zone, suits):
    start = second("2026-11-02 11:30", CENTRAL)  # 12:30 in New York, 7:30 in Honolulu
    assert preferences(zone, parts=["morning"]).suits(start) is suits


def test_the_weekday_is_that_of_the_patients_clock():
    start = second("2026-11-02 00:30", NEW_YORK)  # still Sunday in Chicago
    assert preferences(NEW_YORK, days=[MONDAY]).suits(start)
    assert not preferences(CENTRAL, days=[MONDAY]).suits(start)
    assert preferences(CENTRAL, days=[SUNDAY]).suits(start)


@pytest.mark.parametrize(
    ("utc", "suits"),
    [
        ("2026-10-31T16:45", True),  # 11:45 am, daylight time
        ("2026-10-31T17:00", False),  # noon
        ("2026-11-01T17:45", True),  # 11:45 am on the day when clocks went back
        ("2026-11-01T18:00", False),
        ("2026-03-07T17:45", True),  # 11:45 am, standard time
        ("2026-03-08T16:45", True),  # 11:45 am on the day when clocks went forward
        ("2026-03-08T17:00", False),
    ],
)
def test_noon_moves_with_the_clocks(utc, suits):
    start = second(utc, "UTC")
    assert preferences(CENTRAL, parts=["morning"]).suits(start) is suits


def test_only_a_sooner_time_suits_who_wants_one():
    wish = preferences(CENTRAL, before=1000)
    assert wish.suits(999)
    assert not wish.suits(1000)


def test_both_the_day_and_the_part_must_suit():
    wish = preferences(CENTRAL, days=[MONDAY], parts=["evening"])
    assert wish.suits(second("2026-11-02 17:00", CENTRAL))
    assert not wish.suits(second("2026-11-02 16:45", CENTRAL))
    assert not wish.suits(second("2026-11-03 17:00", CENTRAL))
