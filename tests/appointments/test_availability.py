"""What the database says can be booked: hours, exceptions, licenses, notice, what blocks time."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.booking import holds
from appointments.models import Appointment, Status
from appointments.scheduling import availability
from tests.factories import (
    at,
    make_appointment,
    make_extra_hours,
    make_hold,
    make_hours,
    make_license,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
    prepared,
)
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
JUNE = date(2027, 6, 7)  # a Monday
CENTRAL, NEW_YORK, LOS_ANGELES = "America/Chicago", "America/New_York", "America/Los_Angeles"


def free(service, day=JUNE, *, state="TN", zone=CENTRAL, now=None, **others) -> list[str]:
    """The wall clocks in `zone` that can be booked on that day, asked for at its midnight."""
    grid = availability.grid(
        service,
        state,
        first=at(day, "00:00", zone),
        last=at(day + DAY, "00:00", zone) - timedelta(seconds=1),
        now=now or at(day, "00:00", zone),
        **others,
    )
    return [f"{datetime.fromtimestamp(s, ZoneInfo(zone)):%H:%M}" for s in grid.merged()]


def hourly(**values):
    return make_service(**{"minutes": 60, "step": 60, "notice_hours": 0} | values)


# ── hours and exceptions ──────────────────────────────────────────────────────


def test_hours_are_the_wall_clock_of_the_providers_zone():
    provider = make_provider(hours="09:00-11:00", time_zone=LOS_ANGELES)
    service = hourly(providers=[provider])
    assert free(service, zone=LOS_ANGELES) == ["09:00", "10:00"]
    assert free(service, zone=CENTRAL) == ["11:00", "12:00"]


def test_hours_hold_on_their_weekday_and_while_they_are_valid():
    provider = make_provider(hours="")
    make_hours(provider, "09:00-10:00", weekdays=[0], valid_from=JUNE, valid_to=JUNE + 7 * DAY)
    service = hourly(providers=[provider], horizon_days=60)
    assert [len(free(service, JUNE + n * DAY)) for n in (-7, 0, 1, 7, 14)] == [0, 1, 0, 1, 0]


def test_extra_hours_replace_the_weekly_hours_of_their_day():
    provider = make_provider(hours="08:00-17:00", time_zone=NEW_YORK)
    make_extra_hours(provider, JUNE, hours="10:00-12:00")
    service = hourly(providers=[provider])
    assert free(service, zone=NEW_YORK) == ["10:00", "11:00"]
    assert len(free(service, JUNE + DAY, zone=NEW_YORK)) == 9


def test_time_off_wins_over_weekly_and_extra_hours():
    provider = make_provider(hours="08:00-17:00")
    make_extra_hours(provider, JUNE, hours="10:00-15:00")
    make_time_off(provider, JUNE, hours="11:00-13:00")
    assert free(hourly(providers=[provider])) == ["10:00", "13:00", "14:00"]


def test_time_off_holds_on_every_day_from_first_to_last():
    provider = make_provider(hours="09:00-10:00")
    make_time_off(provider, JUNE, JUNE + 2 * DAY)
    service = hourly(providers=[provider])
    assert [len(free(service, JUNE + n * DAY)) for n in (-1, 0, 1, 2, 3)] == [1, 0, 0, 0, 1]


def test_a_closure_of_the_clinic_closes_everybody_in_their_own_zone():
    east = make_provider(hours="09:00-10:00", time_zone=NEW_YORK)
    west = make_provider(hours="09:00-10:00", time_zone=LOS_ANGELES)
    make_time_off(None, JUNE)
    service = hourly(providers=[east, west])
    assert free(service) == []
    assert free(service, JUNE + DAY) == ["08:00", "11:00"]


def test_one_providers_time_off_leaves_the_others_open():
    away, here = make_provider(hours="09:00-10:00"), make_provider(hours="13:00-14:00")
    make_time_off(away, JUNE)
    assert free(hourly(providers=[away, here])) == ["13:00"]


@pytest.mark.parametrize("day", [date(2027, 3, 14), date(2027, 11, 7)])
@pytest.mark.parametrize("zone", [NEW_YORK, CENTRAL, "America/Denver", "America/Phoenix"])
def test_hours_keep_the_wall_clock_when_the_clocks_change(zone, day):
    service = hourly(providers=[make_provider(hours="09:00-12:00", time_zone=zone)])
    for nearby in (day - DAY, day, day + DAY):
        assert free(service, nearby, zone=zone) == ["09:00", "10:00", "11:00"]


# ── who ───────────────────────────────────────────────────────────────────────


def test_a_license_counts_in_its_own_state_only():
    service = hourly(providers=[make_provider(states=["KY"])])
    assert free(service, state="KY")
    assert free(service, state="TN") == []


def test_a_license_is_valid_to_the_end_of_its_last_day_where_the_patient_is():
    provider = make_provider(states=[], hours="00:00-00:00", time_zone=NEW_YORK)
    make_license(provider, "CA", expires=JUNE)
    service = hourly(providers=[provider])
    assert free(service, state="CA", zone=LOS_ANGELES)[-1] == "23:00"  # 2 am in New York
    assert free(service, JUNE + DAY, state="CA", zone=LOS_ANGELES) == []


def test_the_newest_of_several_licenses_in_a_state_counts():
    provider = make_provider(states=[])
    make_license(provider, expires=JUNE - DAY)
    make_license(provider, expires=JUNE)
    service = hourly(providers=[provider])
    assert free(service)
    assert free(service, JUNE + DAY) == []


def test_a_provider_who_sees_nobody_is_not_offered():
    assert free(hourly(providers=[make_provider(active=False)])) == []


def test_a_provider_who_does_not_give_this_visit_is_not_offered():
    make_provider()
    assert free(hourly(providers=[])) == []


def test_a_provider_who_takes_no_new_patients_is_offered_for_other_visits_only():
    provider = make_provider(accepts_new=False)
    assert free(hourly(providers=[provider], audience="new")) == []
    assert free(hourly(providers=[provider], audience="returning"))


# ── how soon and how far ──────────────────────────────────────────────────────


def test_nothing_is_offered_within_the_notice():
    service = hourly(notice_hours=2)
    assert free(service, now=at(JUNE, "09:30"))[0] == "12:00"
    assert free(service, now=at(JUNE, "10:00"))[0] == "12:00"


def test_nothing_is_offered_beyond_the_horizon():
    service = hourly(horizon_days=10)
    assert free(service, JUNE, now=at(JUNE - 10 * DAY, "12:00"))[-1] == "12:00"
    assert free(service, JUNE + DAY, now=at(JUNE - 10 * DAY, "12:00")) == []


def test_only_the_next_days_that_have_times_are_offered_where_the_service_says_so():
    provider = make_provider(hours="")
    make_hours(provider, "09:00-10:00", weekdays=[0, 2])
    service = hourly(providers=[provider], bookable_days=2)
    grid = availability.grid(service, "TN", now=at(JUNE, "00:00"))
    days = [availability.moment(start).date() for start in grid.merged()]
    assert days == [JUNE, JUNE + 2 * DAY]


# ── what blocks time ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CHECKED_IN])
def test_a_visit_blocks_its_time_with_its_buffers(status):
    service = hourly(buffer_before=15, buffer_after=30)
    make_appointment(service=service, starts_at=at(JUNE, "12:00"), status=status)
    # Before noon 11:00 would need 11:00-12:30 with its own buffer; after it 14:00 needs from 13:45.
    assert free(service) == ["09:00", "10:00", "14:00", "15:00", "16:00"]


@pytest.mark.parametrize(
    "status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW, Status.RELEASED, Status.EXPIRED]
)
def test_a_visit_that_is_no_more_blocks_nothing(status):
    service = hourly()
    make_appointment(service=service, starts_at=at(JUNE, "12:00"), status=status)
    assert "12:00" in free(service)


def test_the_visits_of_other_services_block_the_provider_too():
    provider = make_provider(hours="09:00-12:00")
    long = hourly(providers=[provider], minutes=120)
    make_appointment(service=long, provider=provider, starts_at=at(JUNE, "09:00"))
    assert free(hourly(providers=[provider])) == ["11:00"]


def test_a_visit_of_one_provider_does_not_block_another():
    providers = [make_provider(hours="09:00-10:00") for _ in range(2)]
    service = hourly(providers=providers)
    make_appointment(service=service, provider=providers[0], starts_at=at(JUNE, "09:00"))
    assert free(service) == ["09:00"]


def test_a_hold_blocks_its_slot():
    service, start = make_service(), monday("10:00")
    make_hold(service=service, starts_at=start)
    assert not availability.grid(service, "TN", first=start, last=start).merged()


def test_a_hold_that_has_run_out_is_offered_and_can_be_taken_at_once():
    service, start = make_service(), monday("10:00")
    old = make_hold(service=service, starts_at=start, minutes=-1)
    assert availability.grid(service, "TN", first=start, last=start).merged()
    new = holds.take_hold(
        service=service, state="TN", starts_at=start, visitor="x" * 64, zone=CENTRAL
    )
    assert new.pk != old.pk
    old.refresh_from_db()
    assert old.status == Status.EXPIRED


def test_a_visit_that_moves_blocks_nothing_for_itself():
    service = hourly()
    visit = make_appointment(service=service, starts_at=at(JUNE, "12:00"))
    assert "12:00" not in free(service)
    assert "12:00" in free(service, moving=visit)


def test_a_visit_that_moves_keeps_the_length_it_was_booked_with():
    service = hourly(minutes=120)
    visit = make_appointment(service=service, starts_at=at(JUNE, "12:00"))
    service.minutes = 60
    service.save()
    assert free(service)[-1] == "16:00"
    assert free(service, moving=visit)[-1] == "15:00"


def test_the_cap_of_a_day_counts_visits_and_holds_in_the_providers_zone():
    provider = make_provider(daily_limit=2)
    service = hourly(providers=[provider])
    make_appointment(service=service, starts_at=at(JUNE, "09:00"))
    assert free(service)
    make_hold(service=service, starts_at=at(JUNE, "10:00"), minutes=60 * 24 * 365 * 5)
    assert free(service) == []
    assert free(service, JUNE + DAY)


# ── what it costs ─────────────────────────────────────────────────────────────


def fill(service, count: int, *, first: datetime) -> None:
    """So many visits of half an hour, one after the other."""
    patient, provider = make_patient(), service.providers.first()
    Appointment.objects.bulk_create(
        Appointment(
            **prepared(
                service=service,
                provider=provider,
                starts_at=first + timedelta(minutes=30 * nth),
                status=Status.BOOKED,
                patient=patient,
                email=patient.email,
            )
        )
        for nth in range(count)
    )


def test_the_slot_page_costs_six_queries_at_most_whatever_the_number_of_visits(client):
    service = make_service(providers=[make_provider(hours="00:00-00:00")])
    make_practice()
    address = f"/book/tn/{service.slug}/"
    counts = []
    for visits in (10, 290):
        fill(service, visits, first=monday("00:00", weeks=len(counts) + 1))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert Appointment.objects.count() == 300
    assert counts[0] == counts[1] <= 6


def test_three_providers_cost_as_many_queries_as_one(client):
    one, three = make_service(), make_service(providers=[make_provider() for _ in range(3)])
    counts = []
    for service in (one, one, three):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/book/tn/{service.slug}/")
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_past_visits_are_not_read_to_find_free_times():
    service = make_service(providers=[make_provider(hours="00:00-00:00")])
    fill(service, 3000, first=datetime.now(UTC) - timedelta(days=120))
    fill(service, 10, first=monday())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE appointments_appointment")
    with CaptureQueriesContext(connection) as queries:
        availability.grid(service, "TN")
    [busy] = [q["sql"] for q in queries if "lower(blocked)" in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {busy}")
        [[plan]] = cursor.fetchall()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    assert rows_read(plan[0]["Plan"]) < 120


def rows_read(node: dict) -> int:
    """The rows that a plan's scans have looked at, those that they threw away included."""
    below = sum(rows_read(child) for child in node.get("Plans", []))
    if "Relation Name" not in node:
        return below
    kept = node["Actual Rows"] * node["Actual Loops"]
    return int(kept + node.get("Rows Removed by Filter", 0)) + below
