"""Limits on visits a day and a week, starts without gaps, only the next days with times."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from appointments.booking import holds
from appointments.booking.rules import SlotTaken
from appointments.models import Appointment
from appointments.scheduling import availability
from appointments.scheduling.opening_hours import Opening
from appointments.scheduling.slots import Rules, free_starts
from appointments.scheduling.visit_limits import Visit, VisitLimits, within
from tests.factories import (
    CENTRAL,
    make_appointment,
    make_hold,
    make_provider,
    make_service,
    monday,
)

UTC = ZoneInfo("UTC")
HOUR = 3600


def starts_on(service, day):
    """The free starts on the patient's day, with anyone."""
    zone = ZoneInfo(CENTRAL)
    found = availability.grid(service, "TN").merged()
    local = [availability.moment(start).astimezone(zone) for start in found]
    return [start for start in local if start.date() == day.astimezone(zone).date()]


@pytest.mark.django_db
def test_a_full_day_of_the_provider_offers_nothing_more():
    provider = make_provider(daily_limit=2)
    service = make_service(providers=[provider])
    make_appointment(service=service, starts_at=monday("09:00"))
    assert starts_on(service, monday())
    make_hold(service=service, starts_at=monday("11:00"))
    assert not starts_on(service, monday())
    assert starts_on(service, monday() + timedelta(days=1))


@pytest.mark.django_db
def test_a_full_week_of_the_provider_offers_the_next_one():
    provider = make_provider(weekly_limit=2)
    service = make_service(providers=[provider])
    make_appointment(service=service, starts_at=monday())
    make_appointment(service=service, starts_at=monday() + timedelta(days=3))
    for number in range(7):
        assert not starts_on(service, monday() + timedelta(days=number))
    assert starts_on(service, monday() + timedelta(days=7))


@pytest.mark.django_db
def test_a_daily_limit_of_one_kind_leaves_the_day_to_other_kinds():
    provider = make_provider()
    long = make_service(providers=[provider], daily_limit=1)
    short = make_service(providers=[provider])
    make_appointment(service=long, starts_at=monday())
    assert not starts_on(long, monday())
    assert starts_on(short, monday())


@pytest.mark.django_db
def test_a_cap_reached_between_page_and_click_refuses_the_hold():
    provider = make_provider(daily_limit=1)
    service = make_service(providers=[provider])
    make_appointment(service=service, starts_at=monday("09:00"))
    with pytest.raises(SlotTaken):
        holds.take_hold(
            service=service, state="TN", starts_at=monday("11:00"), visitor="v", zone=CENTRAL
        )
    assert Appointment.objects.live().count() == 1


def test_days_and_weeks_are_those_of_the_provider_s_clock():
    zone = ZoneInfo("America/Los_Angeles")
    # Monday 2026-03-09 06:00 UTC is still Sunday in Los Angeles, in the week before.
    sunday_evening, monday_noon = 1773036000, 1773082800
    visits = [Visit(sunday_evening, 1)]
    assert within([monday_noon], visits, VisitLimits(week=1), service=1, zone=zone) == [monday_noon]
    assert within([monday_noon], visits, VisitLimits(week=1), service=1, zone=UTC) == []


def test_without_gaps_a_start_may_touch_another_visit():
    opening = Opening(days=[(0, 8 * HOUR)], open=[(0, 8 * HOUR)])
    busy = [(2 * HOUR + 600, 3 * HOUR + 600)]
    rules = Rules(length=HOUR, step=HOUR)
    gridded = free_starts(opening, busy, rules, not_before=0, not_after=8 * HOUR)
    touching = free_starts(
        opening, busy, rules._replace(no_gaps=True), not_before=0, not_after=8 * HOUR
    )
    assert set(touching) - set(gridded) == {HOUR + 600, 3 * HOUR + 600}
    assert touching == sorted(touching)


@pytest.mark.django_db
def test_only_the_next_days_that_have_times_can_be_booked():
    service = make_service(bookable_days=3)
    zone = ZoneInfo(CENTRAL)
    starts = availability.grid(service, "TN").merged()
    days = {availability.moment(start).astimezone(zone).date() for start in starts}
    assert len(days) == 3
    later = availability.grid(service, "TN", first=monday(weeks=3)).merged()
    assert later == []


@pytest.mark.django_db
def test_a_provider_who_takes_no_new_patients_is_left_out_of_visits_for_them():
    provider = make_provider(accepts_new=False)
    first = make_service(providers=[provider], audience="new")
    again = make_service(providers=[provider], audience="returning")
    assert availability.grid(first, "TN").merged() == []
    assert availability.grid(again, "TN").merged()
