"""Start times that can be booked: known answers, and a slow reference that must agree."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appointments.scheduling.opening_hours import Dated, Weekly, instant, opening
from appointments.scheduling.slots import Rules, free_starts
from appointments.scheduling.states import STATES

MINUTE, DAY = 60, timedelta(days=1)
MONDAY = date(2023, 6, 12)
NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"


def clock(text: str) -> time:
    return time.fromisoformat(text)


def weekly(*hours: str, weekdays=range(7)) -> list[Weekly]:
    """Hours such as "09:00-17:00" on those weekdays."""
    return [Weekly(day, *map(clock, interval.split("-"))) for interval in hours for day in weekdays]


def starts_on(
    day: date, *hours: str, rules: Rules, zone="UTC", busy=(), now: datetime | None = None
):
    """The wall clocks at which a visit can start that day, such as "09:00"."""
    tz = ZoneInfo(zone)
    found = free_starts(
        opening(weekly(*hours), [], zone=tz, first_day=day, last_day=day),
        [tuple(instant(day, clock(c), tz) for c in interval.split("-")) for interval in busy],
        rules,
        not_before=int(now.timestamp()) + 1 if now else 0,
        not_after=2**40,
    )
    return [f"{datetime.fromtimestamp(start, tz):%H:%M}" for start in found]


def rules(length: int, step: int, **others) -> Rules:
    """In minutes."""
    return Rules(length * MINUTE, step * MINUTE, **{k: v * MINUTE for k, v in others.items()})


def utc_spans(rows, dated, zone: str, first: date, last: date) -> list[str]:
    found = opening(rows, dated, zone=ZoneInfo(zone), first_day=first, last_day=last)
    return [
        f"{datetime.fromtimestamp(a, UTC):%m-%d %H:%M}-{datetime.fromtimestamp(b, UTC):%H:%M}"
        for a, b in found.open
        if first <= datetime.fromtimestamp(a, ZoneInfo(zone)).date() <= last
    ]


# ── cases with known answers ──────────────────────────────────────────────────


@pytest.mark.parametrize("length", [60, 30])
def test_a_day_of_24_hours_with_a_start_each_hour_has_24_starts(length):
    assert len(starts_on(MONDAY, "00:00-00:00", rules=rules(length, 60))) == 24


def test_what_has_passed_is_not_offered():
    now = datetime(2023, 6, 12, 11, 59, 59, tzinfo=UTC)
    found = starts_on(MONDAY, "00:00-00:00", rules=rules(60, 60), now=now)
    assert found == [f"{hour}:00" for hour in range(12, 24)]


@pytest.mark.parametrize(
    ("hours", "count"),
    [
        (["00:00-23:45"], 71),
        (["11:00-12:00", "14:00-15:00"], 6),
        (["11:00-12:00", "11:20-12:40"], 5),
    ],
)
def test_the_union_of_the_hours_is_cut_and_a_remainder_dropped(hours, count):
    assert len(starts_on(MONDAY, *hours, rules=rules(20, 20))) == count


def test_starts_count_from_the_opening_not_from_the_hour():
    found = starts_on(MONDAY, "07:22-08:00", rules=rules(8, 8))
    assert found == ["07:22", "07:30", "07:38", "07:46"]


def test_a_visit_in_between_does_not_shift_the_grid():
    found = starts_on(
        MONDAY, "08:00-12:30", rules=rules(60, 60), busy=["10:00-10:10"], zone=LOS_ANGELES
    )
    assert found == ["08:00", "09:00", "11:00"]


def test_without_gaps_a_start_right_after_a_visit_is_offered_too():
    found = free_starts(
        opening(weekly("08:00-12:30"), [], zone=UTC, first_day=MONDAY, last_day=MONDAY),
        [(instant(MONDAY, clock("10:00"), UTC), instant(MONDAY, clock("10:10"), UTC))],
        Rules(3600, 3600, no_gaps=True),
        not_before=0,
        not_after=2**40,
    )
    assert [f"{datetime.fromtimestamp(s, UTC):%H:%M}" for s in found] == [
        "08:00",
        "09:00",
        "10:10",
        "11:00",
    ]


def test_the_buffers_of_two_neighbours_add_up():
    busy = ["12:15-13:30", "14:15-15:30"]  # visits 12:30-13:00 and 14:30-15:00 with 15 and 30
    found = starts_on(MONDAY, "08:00-20:00", rules=rules(30, 15, before=15, after=30), busy=busy)
    assert [start for start in found if "11:30" <= start < "15:45"] == []
    assert "11:15" in found
    assert "15:45" in found


def test_a_visit_blocks_every_start_whose_visit_would_reach_into_it():
    found = starts_on(MONDAY, "06:00-18:00", rules=rules(180, 30), busy=["09:30-12:30"])
    assert [start for start in found if "09:00" <= start <= "11:30"] == []
    assert found[:2] == ["06:00", "06:30"]
    assert found[2] == "12:30"


def test_a_visit_may_begin_in_the_instant_in_which_another_ends():
    found = starts_on(MONDAY, "09:00-11:00", rules=rules(60, 60), busy=["09:00-10:00"])
    assert found == ["10:00"]


def test_extra_hours_replace_the_weekly_hours_of_that_day_only():
    tuesday = date(2023, 6, 13)
    extra = [Dated(False, tuesday, tuesday, clock("10:00"), clock("15:00"))]
    found = utc_spans(weekly("08:00-17:00"), extra, NEW_YORK, tuesday, tuesday + DAY)
    assert found == ["06-13 14:00-19:00", "06-14 12:00-21:00"]


def test_time_off_wins_over_extra_hours():
    extra = Dated(False, MONDAY, MONDAY, clock("10:00"), clock("15:00"))
    off = Dated(True, MONDAY, MONDAY, clock("11:00"), clock("12:00"))
    whole = Dated(True, MONDAY, MONDAY)
    assert utc_spans([], [extra, whole], "UTC", MONDAY, MONDAY) == []
    found = utc_spans([], [off, extra], "UTC", MONDAY, MONDAY)
    assert found == ["06-12 10:00-11:00", "06-12 12:00-15:00"]


def test_hours_keep_the_wall_clock_after_the_clocks_went_back():
    first, last = date(2023, 11, 5), date(2023, 11, 30)
    found = utc_spans(weekly("09:00-17:00", weekdays=range(5)), [], NEW_YORK, first, last)
    assert len(found) == 19
    assert {interval[6:] for interval in found} == {"14:00-22:00"}


def test_hours_keep_the_wall_clock_on_the_day_the_clocks_go_forward():
    day = date(2026, 3, 8)
    assert utc_spans(weekly("13:00-18:00"), [], NEW_YORK, day, day) == ["03-08 17:00-22:00"]


@pytest.mark.parametrize(
    ("zone", "day", "wall", "utc"),
    [
        (NEW_YORK, date(2026, 3, 8), "02:30", "07:30"),  # never comes: 3:30 daylight time
        (NEW_YORK, date(2026, 11, 1), "01:30", "05:30"),  # comes twice: the first
        (LOS_ANGELES, date(2026, 3, 8), "02:00", "10:00"),
        ("America/Adak", date(2026, 11, 1), "01:59", "10:59"),
        ("America/Phoenix", date(2026, 3, 8), "02:30", "09:30"),  # Arizona keeps its clock
    ],
)
def test_a_wall_clock_that_comes_twice_means_the_first_and_one_that_never_comes_the_later(
    zone, day, wall, utc
):
    found = datetime.fromtimestamp(instant(day, clock(wall), ZoneInfo(zone)), UTC)
    assert f"{found:%H:%M}" == utc


def test_hours_that_lie_in_the_hour_that_never_comes_stay_as_long_as_the_clock_says():
    day = date(2026, 3, 8)
    assert utc_spans(weekly("01:00-03:00"), [], NEW_YORK, day, day) == ["03-08 06:00-07:00"]
    assert utc_spans(weekly("02:30-03:15"), [], NEW_YORK, day, day) == []  # backwards: dropped


def test_a_visit_may_cross_midnight_where_hours_meet_there():
    found = starts_on(MONDAY, "22:00-00:00", "00:00-01:00", rules=rules(60, 30))
    assert found == ["00:00", "22:00", "22:30", "23:00", "23:30"]


def test_midnight_between_two_open_days_is_offered_once():
    opened = opening(
        weekly("22:00-00:00", "00:00-01:00"), [], zone=UTC, first_day=MONDAY, last_day=MONDAY + DAY
    )
    found = free_starts(opened, [], rules(30, 30), not_before=0, not_after=2**40)
    assert len(found) == len(set(found)) == 12


@pytest.mark.parametrize("wrong", [Rules(0, 60), Rules(60, 0), Rules(-60, 60)])
def test_lengths_that_are_not_positive_are_refused(wrong):
    with pytest.raises(ValueError, match="positive"):
        free_starts(
            opening([], [], zone=UTC, first_day=MONDAY, last_day=MONDAY),
            [],
            wrong,
            not_before=0,
            not_after=1,
        )


# ── a slow reference, minute by minute ────────────────────────────────────────

ZONES = sorted({region.zone for state in STATES.values() for region in state.regions})
YEARS = range(2026, 2036)


def sunday(year: int, month: int, nth: int) -> date:
    """The nth Sunday of a month."""
    first = date(year, month, 1)
    return first + (6 - first.weekday()) * DAY + 7 * (nth - 1) * DAY


# The days on which the clocks of the United States change (15 USC 260a).
CHANGES = [day for year in YEARS for day in (sunday(year, 3, 2), sunday(year, 11, 1))]
first_days = st.one_of(
    st.builds(lambda day, before: day - before * DAY, st.sampled_from(CHANGES), st.integers(0, 2)),
    st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 28)),
)


def test_the_clocks_change_on_those_days_and_on_no_other():
    moved = [
        day
        for day in (date(2026, 1, 1) + number * DAY for number in range(3652))
        if instant(day + DAY, time(0), ZoneInfo("America/New_York"))
        - instant(day, time(0), ZoneInfo("America/New_York"))
        != 24 * 3600
    ]
    assert moved == CHANGES


@cache
def minutes_of(day: date, zone: str) -> dict[time, int]:
    """Every wall clock of that day, with the first UTC second that shows it."""
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    shown: dict[time, int] = {}
    for second in range(noon - 40 * 3600, noon + 40 * 3600, MINUTE):
        local = datetime.fromtimestamp(second, ZoneInfo(zone))
        if local.date() == day:
            shown.setdefault(local.time(), second)
    return shown


@cache
def when(day: date, wall: time, zone: str) -> int:
    """The rule by search: the first time the clock shows it, else as much later as it jumped."""
    shown = minutes_of(day, zone)
    if wall in shown:
        return shown[wall]
    before = datetime.combine(day, wall)
    while before.time() not in shown:
        before -= timedelta(minutes=1)
    return shown[before.time()] + int((datetime.combine(day, wall) - before).total_seconds())


def span_of(day: date, opens: time | None, closes: time | None, zone: str) -> range:
    end = when(day + DAY, time(0), zone) if closes in (None, time(0)) else when(day, closes, zone)
    return range(when(day, opens or time(0), zone), end, MINUTE)


def reference(rows, dated, busy, rules: Rules, zone: str, first: date, last: date, low, high):
    """Every minute at which a visit can start, each looked at by itself."""
    openings, open_, off = [], set(), set()
    day = first - DAY
    while day <= last + DAY:
        exceptions = [d for d in dated if d.first_day <= day <= d.last_day]
        extra = [d for d in exceptions if not d.is_off]
        hours = extra or [r for r in rows if r.weekday == day.weekday()]
        minutes = set().union(*(span_of(day, r.opens, r.closes, zone) for r in hours))
        if first <= day <= last:
            openings.append(minutes)
        open_ |= minutes
        off |= set().union(*(span_of(day, d.opens, d.closes, zone) for d in exceptions if d.is_off))
        day += DAY
    open_ -= off
    taken = {minute for a, b in busy for minute in range(a, b, MINUTE)}
    ends, begins = {b for _, b in busy}, {a for a, _ in busy}

    def fits(start: int) -> bool:
        return (
            low <= start <= high
            and all(m in open_ for m in range(start, start + rules.length, MINUTE))
            and not any(
                m in taken
                for m in range(start - rules.before, start + rules.length + rules.after, MINUTE)
            )
        )

    def on_grid(minutes: set[int]) -> set[int]:
        origin, found = None, set()
        for minute in sorted(minutes):
            if minute - MINUTE not in minutes:
                origin = minute
            if (minute - origin) % rules.step == 0:
                found.add(minute)
        return found

    candidates = set().union(*(on_grid(minutes) for minutes in openings))
    if rules.no_gaps:
        candidates |= {end + rules.before for end in ends}
        candidates |= {start - rules.length - rules.after for start in begins}
    return sorted(start for start in candidates if fits(start))


clocks = st.integers(0, 24 * 4 - 1).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def hours_rows(draw) -> list[Weekly]:
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        opens, closes = sorted((draw(clocks), draw(clocks)))
        if opens == closes:
            closes = time(0)
        rows.append(Weekly(draw(st.integers(0, 6)), opens, closes))
    return rows


@st.composite
def dated_rows(draw, first: date) -> list[Dated]:
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        day = first + draw(st.integers(-1, 3)) * DAY
        last = day + draw(st.integers(0, 1)) * DAY
        is_off = draw(st.booleans())
        opens, closes = sorted((draw(clocks), draw(clocks)))
        if is_off and draw(st.booleans()):
            rows.append(Dated(True, day, last))
        elif opens != closes:
            rows.append(Dated(is_off, day, last, opens, closes))
    return rows


@st.composite
def problems(draw):
    """Hours, exceptions, busy intervals and rules for one to three days."""
    zone, first = draw(st.sampled_from(ZONES)), draw(first_days)
    last = first + draw(st.integers(0, 2)) * DAY
    noon = int(datetime(first.year, first.month, first.day, 12, tzinfo=UTC).timestamp())
    busy = []
    for _ in range(draw(st.integers(0, 5))):
        start = noon + draw(st.integers(-24 * 12, 72 * 12)) * 5 * MINUTE
        busy.append((start, start + draw(st.integers(1, 36)) * 5 * MINUTE))
    low = noon + draw(st.integers(-40 * 60, 40 * 60)) * MINUTE
    given_rules = Rules(
        length=draw(st.integers(1, 24)) * 5 * MINUTE,
        step=draw(st.integers(1, 24)) * 5 * MINUTE,
        before=draw(st.sampled_from([0, 0, 5, 15, 60])) * MINUTE,
        after=draw(st.sampled_from([0, 0, 10, 30])) * MINUTE,
        no_gaps=draw(st.booleans()),
    )
    return (
        draw(hours_rows()),
        draw(dated_rows(first)),
        busy,
        given_rules,
        zone,
        first,
        last,
        low,
        low + draw(st.integers(0, 80)) * 3600,
    )


def found_by_the_product(rows, dated, busy, given_rules, zone, first, last, low, high):
    opened = opening(rows, dated, zone=ZoneInfo(zone), first_day=first, last_day=last)
    return free_starts(opened, busy, given_rules, not_before=low, not_after=high)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_every_start_that_a_search_minute_by_minute_finds_is_offered_and_no_other(problem):
    assert found_by_the_product(*problem) == reference(*problem)


@settings(max_examples=300, deadline=None)
@given(problems())
def test_no_offered_visit_overlaps_a_busy_span_with_its_buffers_or_leaves_the_hours(problem):
    rows, dated, busy, given_rules, zone, first, last, low, high = problem
    opened = opening(rows, dated, zone=ZoneInfo(zone), first_day=first, last_day=last)
    for start in found_by_the_product(*problem):
        end = start + given_rules.length
        assert low <= start <= high
        assert any(a <= start and end <= b for a, b in opened.open)
        assert not any(
            a < end + given_rules.after and start - given_rules.before < b for a, b in busy
        )


@settings(max_examples=300, deadline=None)
@given(problems())
def test_the_starts_of_some_days_are_those_of_each_day_together(problem):
    rows, dated, busy, given_rules, zone, first, last, low, high = problem
    days = [first + number * DAY for number in range((last - first).days + 1)]
    # Visits that touch another one are found wherever the hours reach; the grid is a day's own.
    given_rules = given_rules._replace(no_gaps=False)
    together = found_by_the_product(rows, dated, busy, given_rules, zone, first, last, low, high)
    each = [
        start
        for day in days
        for start in found_by_the_product(rows, dated, busy, given_rules, zone, day, day, low, high)
    ]
    assert each == together
