"""Figures of the clinic, each against numbers that were counted by hand."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from appointments import tasks
from appointments.models import Appointment, Patient, Status, StatusReason, WaitlistEntry
from appointments.scheduling import availability
from appointments.scheduling.states import STATES
from core.api import keys
from core.api.models import ApiKey
from core.database import database_time
from core.practice.models import Practice
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    at,
    make_appointment,
    make_entry,
    make_hours,
    make_license,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
)

pytestmark = pytest.mark.django_db
# Before the clocks go back, on November 1, 2026, in the United States.
FIRST, LAST = "2026-10-19", "2026-11-08"


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def manager(db) -> Client:
    Practice.objects.update_or_create(pk=1, defaults={"time_zone": "America/Chicago"})
    return signed_in("manager")


def rows(client: Client, page: str, slug: str, **asked: str) -> list[list[str]]:
    """The rows of a figure's file, without its head and how it is computed."""
    period = {"first": FIRST, "last": LAST} | asked
    answer = client.get(reverse(f"admin:figures_{page}"), period | {"csv": slug})
    assert answer.status_code == 200
    found = list(csv.reader(StringIO(answer.content.decode())))
    assert found[-2] == []
    return found[1:-2]


@pytest.fixture
def service():
    return make_service(name="First visit", providers=[make_provider(name="Anna Berg")])


def visit(service, day: str, clock: str = "10:00", status: str = "completed", **values):
    """A visit at that time in Chicago, booked `ahead` of it."""
    starts_at = at(date.fromisoformat(day), clock)
    ahead = values.pop("ahead", timedelta(days=10))
    row = make_appointment(service=service, starts_at=starts_at, status=status, **values)
    Appointment.objects.filter(pk=row.pk).update(created=starts_at - ahead)
    return row


def cancel(row: Appointment, before: timedelta) -> None:
    """Cancel it so long before its start; the history says so."""
    Appointment.objects.filter(pk=row.pk).update(status=Status.CANCELLED, sequence=row.sequence + 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "ALTER TABLE appointments_appointmentevent DISABLE TRIGGER USER;"
            "UPDATE appointments_appointmentevent SET pgh_created_at = %s WHERE pgh_obj_id = %s",
            [row.starts_at - before, row.pk],
        )


def test_a_visit_counts_in_the_week_in_which_it_starts_at_the_practice(manager, service):
    # Sunday 11:30 pm in Chicago is Monday in UTC, before and after the clocks go back.
    visit(service, "2026-10-25", "23:30")
    visit(service, "2026-11-01", "23:30")
    visit(service, "2026-11-02", "00:30", status="no_show")
    visit(service, "2026-10-18", "23:30")  # before the period
    visit(service, "2026-11-09", "00:00")  # behind it
    visit(service, "2026-11-08", "23:30", status="booked")
    assert rows(manager, "visits", "visits-by-week") == [
        ["Oct 19, 2026", "1", "0", "0", "0", "0", "1"],
        ["Oct 26, 2026", "1", "0", "0", "0", "0", "1"],
        ["Nov 2, 2026", "0", "0", "1", "1", "0", "2"],
    ]


def test_the_week_is_that_of_another_zone_where_the_practice_is_there(manager, service):
    Practice.objects.update(time_zone="Pacific/Honolulu")
    Practice.share()
    # Monday 4 am in Chicago is Sunday 11 pm in Honolulu in summer, where clocks never change.
    visit(service, "2026-10-26", "04:00")
    assert rows(manager, "visits", "visits-by-week")[0] == [
        *("Oct 19, 2026", "1", "0", "0", "0", "0", "1")
    ]


def test_holds_and_what_nobody_confirmed_are_no_visits(manager, service):
    visit(service, "2026-10-20", status="expired")
    visit(service, "2026-10-20", status="released")
    visit(service, "2026-10-20", "12:00", status="held", held_until=at(date(2099, 1, 1), "12:00"))
    assert rows(manager, "visits", "visits-by-week")[0][-1] == "0"


def test_a_week_that_is_cut_says_which_of_its_days_count(manager, service):
    visit(service, "2026-10-20")
    visit(service, "2026-10-22")
    found = rows(manager, "visits", "visits-by-week", first="2026-10-21", last="2026-10-26")
    assert [(row[0], row[-1]) for row in found] == [
        ("Oct 21, 2026 to Oct 25, 2026", "1"),
        ("Oct 26, 2026 alone", "0"),
    ]


def test_online_by_staff_and_by_a_program(manager, service):
    keys.make("Our web site", ["bookings:write"])
    key = ApiKey.objects.get()
    for nth, values in enumerate(
        [{}, {}, {}, {"made_by_staff": True}, {"made_by_staff": True}, {"api_key": key}]
    ):
        visit(service, "2026-10-20", f"{9 + nth:02}:00", **values)
    visit(make_service(channel="phone"), "2026-10-27")
    assert rows(manager, "visits", "booked-online-and-by-phone") == [
        ["Oct 19, 2026", "3", "2", "1", "6"],
        ["Oct 26, 2026", "1", "0", "0", "1"],
        ["Nov 2, 2026", "0", "0", "0", "0"],
    ]
    assert [row[1:] for row in rows(manager, "visits", "visits-by-video-and-phone")] == [
        ["6", "0", "6"],
        ["0", "1", "1"],
        ["0", "0", "0"],
    ]


def test_rates_are_of_the_visits_that_were_due(manager, service):
    for nth in range(5):
        visit(service, f"2026-10-{19 + nth}")
    visit(service, "2026-10-24", status="no_show")
    cancel(visit(service, "2026-10-26"), timedelta(hours=23, minutes=59))
    cancel(visit(service, "2026-10-27"), timedelta(minutes=-5))  # behind its start
    cancel(visit(service, "2026-10-28"), timedelta(hours=24))  # in time
    visit(service, "2026-10-29", status="cancelled")  # no history says when
    visit(service, "2026-10-30", status="booked")  # nobody said how it ended
    visit(service, "2026-10-31", status="checked_in")
    # 5 took place, 1 no-show, 2 late: 1 of 8 is 12.5 %, 2 of 8 are 25 %.
    expected = ["8", "1", "12.5", "2", "25.0"]
    other = make_service(name="Follow-up", providers=[make_provider(name="Bo Lind")])
    visit(other, "2026-10-19", status="no_show")
    assert rows(manager, "kept", "kept-by-service") == [
        ["First visit", *expected],
        ["Follow-up", "1", "1", "100.0", "0", "0.0"],
        ["All", "9", "2", "22.2", "2", "22.2"],
    ]
    assert rows(manager, "kept", "kept-by-provider")[:2] == [
        ["Anna Berg", *expected],
        ["Bo Lind", "1", "1", "100.0", "0", "0.0"],
    ]


def test_late_is_a_day_of_hours_also_where_the_clocks_change_in_between(manager, service):
    # From 9:30 am on October 31 to 9 am on November 1 are 24 and a half hours: in time.
    row = visit(service, "2026-11-01", "09:00")
    cancel(row, row.starts_at - at(date(2026, 10, 31), "09:30"))
    # From 10:30 am on March 7, 2027, to 11 am on the 8th are 24 and a half, and none changes.
    assert rows(manager, "kept", "kept-by-service") == [["All", "0", "0", "", "0", ""]]
    late = visit(service, "2026-11-01", "11:00")
    cancel(late, late.starts_at - at(date(2026, 10, 31), "12:30"))  # 23 and a half
    assert rows(manager, "kept", "kept-by-service")[-1] == ["All", "1", "0", "0.0", "1", "100.0"]


def test_the_reason_that_staff_chose_says_whether_it_was_late(manager, service):
    # An hour before, as the clinic had to; and two days before, which was late for this visit.
    for day, kind, before in (("20", "cancelled", 1), ("21", "late", 48)):
        reason = StatusReason.objects.create(kind=kind, text=f"For {kind}")
        row = visit(service, f"2026-10-{day}")
        cancel(row, timedelta(hours=before))
        Appointment.objects.filter(pk=row.pk).update(status_reason=reason)
    found = rows(manager, "kept", "kept-by-lead-time")
    assert found[-1] == ["All", "1", "0", "0.0", "1", "100.0"]


def test_a_later_change_of_a_cancelled_visit_does_not_make_it_late(manager, service):
    row = visit(service, "2026-10-20")
    cancel(row, timedelta(days=3))
    # A corrected address gives it another key, and its history another row: today.
    Appointment.objects.filter(pk=row.pk).update(key="another")
    assert rows(manager, "kept", "kept-by-service") == [["All", "0", "0", "", "0", ""]]


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=23, minutes=59), "less than a day before"),
        (timedelta(hours=24), "1 to 2 days before"),
        (timedelta(days=3) - timedelta(seconds=1), "1 to 2 days before"),
        (timedelta(days=3), "3 to 6 days before"),
        (timedelta(days=13, hours=23), "7 to 13 days before"),
        (timedelta(days=14), "14 to 29 days before"),
        (timedelta(days=30), "30 days before, or more"),
    ],
)
def test_how_long_before_is_in_whole_days(manager, service, ahead, words):
    visit(service, "2026-11-01", status="no_show", ahead=ahead)
    assert rows(manager, "kept", "kept-by-lead-time")[0] == [
        *(words, "1", "1", "100.0", "0", "0.0")
    ]


def test_the_page_has_each_table_and_says_how_it_is_computed(manager, service):
    visit(service, "2026-10-20")
    page = manager.get(reverse("admin:figures_visits"), {"first": FIRST, "last": LAST}).text
    assert "Each visit is counted once" in page
    assert page.count('<svg viewBox="0 0 640 240" role="img"') == 3
    assert '<th scope="row">Oct 19, 2026</th>' in page
    assert "csv=visits-by-week" in page
    assert (
        "Nothing to count in these days."
        in manager.get(
            reverse("admin:figures_visits"), {"first": "2001-01-01", "last": "2001-02-01"}
        ).text
    )


def test_without_days_it_is_this_week_and_the_eleven_before(manager):
    page = manager.get(reverse("admin:figures_visits"))
    asked = page.context_data["asked"]
    first, last = (date.fromisoformat(asked[name]) for name in ("first", "last"))
    today = datetime.now(UTC).astimezone(Practice.current().zone).date()
    assert (last - first).days == 12 * 7 - 1
    assert first.weekday() == 0
    assert first <= today <= last


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"first": "2026-11-02", "last": "2026-11-01"}, "before the first one"),
        ({"first": "2025-10-01", "last": "2026-11-01"}, "at most 53 weeks"),
        ({"first": "soon", "last": "2026-11-01"}, "Enter a valid date"),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "Choose a day between"),
        ({"last": "2026-11-01"}, "This field is required"),
    ],
)
def test_days_that_cannot_be_are_told_beside_their_field(manager, asked, words):
    answer = manager.get(reverse("admin:figures_visits"), asked)
    assert answer.status_code == 200
    assert words in answer.text
    assert manager.get(reverse("admin:figures_visits"), asked | {"csv": "x"}).status_code == 404


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor", "privacy officer"])
def test_only_managers_see_them(role, service):
    client = signed_in(role)
    for page in ("visits", "kept", "hours", "free", "new"):
        assert client.get(reverse(f"admin:figures_{page}")).status_code == 403
    assert "admin/figures/" not in client.get(reverse("admin:index")).text


def test_the_menu_leads_a_manager_there(manager):
    assert reverse("admin:figures_visits") in manager.get(reverse("admin:index")).text


# ── hours ──


def test_open_hours_are_on_the_clock_of_the_provider_and_weeks_on_that_of_the_practice(manager):
    # In Los Angeles from 6 pm to midnight: on Sundays the last two hours of it are Monday in
    # Chicago.
    who = make_provider(hours="18:00-00:00", time_zone="America/Los_Angeles")
    make_service(providers=[who])
    # 19 days of 6 hours from October 21 to November 8 in Los Angeles, without what is cut off.
    found = rows(manager, "hours", "fill-by-week", first="2026-10-21", last="2026-11-08")
    # October 21, a Wednesday, begins in Chicago two hours before the evening of the 20th ends.
    assert [row[1] for row in found] == ["30.0", "42.0", "42.0", "114.0"]


def test_the_day_on_which_the_clocks_go_back_has_an_hour_more(manager):
    make_service(providers=[make_provider(hours="00:00-00:00")])
    asked = {"first": "2026-11-01", "last": "2026-11-01"}
    assert rows(manager, "hours", "fill-by-provider", **asked)[0][1] == "25.0"
    asked = {"first": "2027-03-14", "last": "2027-03-14"}
    assert rows(manager, "hours", "fill-by-provider", **asked)[0][1] == "23.0"


def test_what_fills_open_hours(manager):
    who = make_provider(name="Anna Berg", hours="09:00-17:00")
    service = make_service(providers=[who], minutes=60, buffer_before=10, buffer_after=20)
    make_time_off(who, date(2026, 10, 20), hours="12:00-16:00")
    visit(service, "2026-10-20", "10:00")  # an hour and a half with what is kept free around it
    visit(service, "2026-10-20", "16:00", status="no_show")  # from 4 pm to 5 pm are open
    visit(service, "2026-10-20", "18:00")  # outside of the hours
    visit(service, "2026-10-20", "11:30", status="cancelled")
    visit(service, "2026-10-21", "09:00", status="booked")  # from 9 to 10:20
    # 4 hours on the first day, 8 on the second; 1.5 + 1 and 1.333 filled: 3.8333 of 12 are 31.9 %.
    asked = {"first": "2026-10-20", "last": "2026-10-21"}
    expected = ["12.0", "3.8", "31.9"]
    assert rows(manager, "hours", "fill-by-provider", **asked) == [
        ["Anna Berg", *expected],
        ["All", *expected],
    ]


def test_a_visit_over_midnight_on_sunday_fills_both_weeks(manager):
    who = make_provider(hours="00:00-00:00")
    service = make_service(providers=[who], minutes=60)
    visit(service, "2026-10-25", "23:45")  # a quarter of an hour, and three
    found = rows(manager, "hours", "fill-by-week", first="2026-10-19", last="2026-11-01")
    assert [row[3] for row in found] == [f"{25 / 168:.1f}", f"{75 / 169:.1f}", f"{100 / 337:.1f}"]
    cut = rows(manager, "hours", "fill-by-week", first="2026-10-26", last="2026-11-01")
    assert cut[-1][1:3] == ["169.0", "0.8"]


NOON = at(date(2026, 10, 20), "12:00")  # a Tuesday


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON), mocked_clock():
        yield


def mocked_clock():
    return patch.object(database_time, "now", lambda: datetime.now(UTC))


def free_now(client: Client) -> dict[str, list[str]]:
    found = rows(client, "free", "days-to-first-free-time")
    return {row[0]: row[1:] for row in found}


def test_days_to_the_first_free_time_are_those_of_the_state(manager, at_noon):
    # Open on Wednesdays from 11 pm in Chicago: that is Thursday in Tennessee's east, midnight in
    # New York, and still Wednesday in Tennessee's own zone.
    who = make_provider(states=("TN", "NY"), hours="")
    make_hours(who, "23:00-23:30", weekdays=[2])
    make_service(providers=[who], minutes=30)
    found = free_now(manager)
    assert found["Tennessee"][0] == "1"
    assert found["New York"][0] == "2"


def test_what_is_taken_or_too_soon_or_not_licensed_is_not_free(manager, at_noon):
    who = make_provider(states=(), hours="")
    make_license(who, "TN")
    make_license(who, "TX", expires=date(2026, 10, 27))
    make_license(who, "FL", expires=date(2026, 10, 19))  # has ended
    make_hours(who, "13:00-13:30", weekdays=[1])  # Tuesdays
    service = make_service(providers=[who], minutes=30, notice_hours=2)
    make_service(providers=[])
    make_appointment(service=service, starts_at=at(date(2026, 10, 27), "13:00"))
    # Today's is too soon, that in a week is taken: in two weeks, when the one of Texas has ended.
    found = free_now(manager)
    assert found["Tennessee"][:2] == ["14", ""]
    assert found["Texas"][:2] == ["", ""]
    assert "Florida" not in found


def test_it_is_what_patients_are_offered(manager, at_noon):
    """The same as the page on which they choose a time, for each state and service."""
    people = [
        make_provider(states=("TN", "NY"), hours="09:00-10:00", daily_limit=1),
        make_provider(states=("TN", "HI"), hours="20:00-23:00", time_zone="America/Los_Angeles"),
    ]
    services = [
        make_service(providers=people, notice_hours=48),
        make_service(providers=people[:1], minutes=60, no_gaps=True, bookable_days=2),
    ]
    make_appointment(service=services[0], provider=people[0], starts_at=NOON + timedelta(days=2))
    found = free_now(manager)
    for state in ("TN", "NY", "HI"):
        zone = ZoneInfo(STATES[state].zone)
        for place, service in enumerate(services):
            slot = availability.grid(service, state, now=NOON).first()
            days = slot and (slot.starts_at.astimezone(zone).date() - date(2026, 10, 20)).days
            expected = "" if days is None else str(days)
            assert found[STATES[state].name][place] == expected, (state, place)


# ── who is new ──


def made(patient: Patient, day: str, clock: str = "12:00") -> Patient:
    Patient.objects.filter(pk=patient.pk).update(created=at(date.fromisoformat(day), clock))
    return patient


def test_a_person_is_new_once_with_the_first_of_their_records(manager, service):
    one, other, third = (made(make_patient(), "2026-10-25", "23:30") for _ in range(3))
    made(third, "2026-11-02", "00:15")
    old = made(make_patient(), "2026-01-05")
    for nth, patient in enumerate([one, other, third, old]):
        visit(service, "2026-11-03", f"{9 + nth:02}:00", patient=patient)
    made(make_patient(), "2026-10-20")  # who never booked
    unconfirmed = made(make_patient(), "2026-10-20")
    visit(service, "2026-11-03", "15:00", patient=unconfirmed, status="expired")
    # The second record of who was here in January; and one whose first record was merged away.
    again = made(make_patient(merged_into=old), "2026-10-27")
    kept = made(make_patient(), "2026-10-27")
    made(make_patient(merged_into=kept), "2026-10-20")
    visit(service, "2026-11-03", "16:00", patient=kept)
    assert again.merged_into == old
    assert rows(manager, "new", "new-patients-by-week") == [
        ["Oct 19, 2026", "3"],
        ["Oct 26, 2026", "0"],
        ["Nov 2, 2026", "1"],
    ]


def place(service, joined: str, status: str = "waiting", closed: str = "", **values):
    def moment(text: str) -> datetime | None:
        return at(date.fromisoformat(text), "23:30") if text else None

    return make_entry(
        service=service, status=status, created=moment(joined), closed=moment(closed), **values
    )


def waitlist(client: Client) -> list[list[str]]:
    return [row[1:] for row in rows(client, "new", "waitlist-by-week")]


def test_the_waitlist_is_counted_by_the_day_and_kept_when_its_places_are_deleted(
    manager, service, settings
):
    # Whoever signed in by the true clock is signed out by another: each time somebody anew.
    settings.WAITLIST_DAYS = 30
    place(service, "2026-10-25", "fulfilled", "2026-10-26")  # Sunday, late; then Monday
    place(service, "2026-10-20", "left", "2026-10-20")
    place(service, "2026-10-21", "removed", "2026-10-27")
    place(service, "2026-10-22", "ended", "2026-11-01")
    place(service, "2026-10-22", "asked", "2026-10-23")  # never confirmed
    place(service, "2026-11-02", until=at(date(2099, 1, 1), "12:00"))
    expected = [["4", "0", "1", "0"], ["0", "1", "1", "1"], ["1", "0", "0", "0"]]
    with time_machine.travel(at(date(2026, 11, 9), "03:00")), mocked_clock():
        manager = signed_in("manager")
        assert waitlist(manager) == expected
        tasks.keep_day_counts()
        tasks.keep_day_counts()
        assert waitlist(manager) == expected
    with time_machine.travel(at(date(2026, 12, 8), "03:00")), mocked_clock():
        manager = signed_in("manager")
        tasks.keep_day_counts()
        tasks.purge_waitlist()
        assert WaitlistEntry.objects.count() == 1
        assert waitlist(manager) == expected
        tasks.keep_day_counts()
        assert waitlist(manager) == expected


def test_how_soon_the_first_time_was_is_kept_of_each_night(manager):
    who = make_provider(hours="")
    make_hours(who, "13:00-13:30", weekdays=[1])  # Tuesdays
    make_service(providers=[who], minutes=30)
    for day, clock in ((20, "03:00"), (22, "03:00"), (23, "03:00")):  # 0, 5 and 4 days before
        with time_machine.travel(at(date(2026, 10, day), clock)), mocked_clock():
            tasks.keep_day_counts()
            tasks.keep_day_counts()
    with time_machine.travel(at(date(2026, 10, 25), "12:00")), mocked_clock():
        assert free_now(manager) == {"Tennessee": ["2", "3", "5"]}


def test_who_waits_now_is_counted_by_state_and_service(manager, service):
    with time_machine.travel(at(date(2026, 11, 9), "12:00")), mocked_clock():
        for joined in ("2026-11-02", "2026-11-07"):
            place(service, joined, until=at(date(2099, 1, 1), "12:00"))
        place(service, "2026-11-08", until=at(date(2099, 1, 1), "12:00"), state="TX")
        place(service, "2026-11-01", until=at(date(2026, 11, 9), "11:00"))  # is over
        assert rows(manager, "new", "waiting-now") == [
            ["Tennessee", "First visit", "2", "6"],
            ["Texas", "First visit", "1", "0"],
        ]
