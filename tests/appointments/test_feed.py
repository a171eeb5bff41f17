"""The private calendar feed of a provider: "Visit" and nothing more, for every calendar program."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from appointments.booking import moves, visits
from appointments.calendars import feeds
from appointments.models import Appointment, CalendarFeed, Status
from tests.factories import (
    at,
    make_appointment,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def provider():
    return make_provider(name="Anna Berg", email="anna.berg@example.org")


@pytest.fixture
def service(provider):
    return make_service(name="Third refill", providers=[provider])


@pytest.fixture
def url(provider) -> str:
    return path_of(feeds.replace(provider))


def path_of(address: str) -> str:
    assert address.startswith("http://127.0.0.1:")
    return "/" + address.split("/", 3)[3]


def make_visit(service, **values) -> Appointment:
    """As the database holds it, its range read back."""
    return Appointment.objects.get(pk=make_appointment(service=service, **values).pk)


def events(client, url) -> list:
    return Calendar.from_ical(client.get(url).content).walk("VEVENT")


def test_the_address_is_secret_and_kept_as_a_hash(provider):
    token = re.fullmatch(r"/appointments/feeds/([\w-]{32})\.ics", path_of(feeds.replace(provider)))
    assert token
    kept = CalendarFeed.objects.get()
    assert token[1] not in (kept.token_hash, str(kept.__dict__))
    assert len({feeds.replace(provider) for _ in range(20)}) == 20


def test_a_replaced_address_leads_nowhere(client, provider, url):
    assert client.get(url).status_code == 200
    new = path_of(feeds.replace(provider))
    assert client.get(url).status_code == 404
    assert client.get(new).status_code == 200
    assert CalendarFeed.objects.count() == 1


@pytest.mark.parametrize("token", ["a" * 32, "a", "a" * 31, "a" * 33, "../x", "é" * 32])
def test_a_strangers_address_shows_404(client, url, token):
    assert client.get(f"/appointments/feeds/{token}.ics").status_code == 404


def test_a_provider_who_left_has_no_feed(client, provider, url):
    provider.active = False
    provider.save()
    assert client.get(url).status_code == 404


def test_it_says_visit_and_nothing_more(client, service, url):
    patient = make_patient(first_name="Graciela", last_name="Whitfield")
    visit = make_visit(service, patient=patient, cancel_reason="Toothache", staff_reason="Urgent")
    text = client.get(url).content.decode()
    assert text.count("SUMMARY:Visit\r\n") == 1
    for secret in (
        *("Graciela", "Whitfield", patient.email, "6155550117", "(615)", "Toothache", "Urgent"),
        *(visit.key, str(visit.uid), "refill", "Anna", "Berg", "video.example.org", "TN"),
        *("DESCRIPTION", "ATTENDEE", "ORGANIZER", "LOCATION", "URL", "curednation.example"),
    ):
        assert secret not in text.replace("-//Curednation//", "")


def test_calendar_programs_are_told_what_they_need(client, service, url):
    make_visit(service)
    response = client.get(url)
    text = response.content.decode()
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    for line in (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:PUBLISH", "NAME:Visits", "X-WR-CALNAME:Visits"),
        *("X-WR-TIMEZONE:America/Chicago", "REFRESH-INTERVAL;VALUE=DURATION:PT15M"),
        *("X-PUBLISHED-TTL:PT15M", "CLASS:PRIVATE"),
        *("STATUS:CONFIRMED", "TRANSP:OPAQUE", "SEQUENCE:0"),
    ):
        assert f"{line}\r\n" in text
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_search_engines_and_shared_caches_keep_nothing(client, url):
    response = client.get(url)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, max-age=60"
    assert "Set-Cookie" not in response
    assert "Vary" not in response or "Cookie" not in response["Vary"]
    assert "Allow: /appointments/feeds/\n" in client.get("/robots.txt").text


def test_only_reading_is_allowed_and_head_is(client, service, url):
    make_visit(service)
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == client.get(url)["ETag"]
    assert client.post(url).status_code == 405


def test_reading_writes_nothing(client, service, url):
    make_visit(service)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    assert {query["sql"].split()[0] for query in captured} == {"SELECT"}


def test_it_shows_visits_and_no_holds_and_marks_what_is_cancelled(client, provider, service, url):
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    for number, status in enumerate(Status.values):
        make_appointment(service=service, status=status, starts_at=now + (number + 1) * DAY,
                         held_until=now + DAY)  # fmt: skip
    make_hold(service=service, starts_at=now + 20 * DAY)
    make_appointment(starts_at=now + DAY)  # somebody else's
    shown = {event["dtstart"].dt.astimezone(UTC): event["status"] for event in events(client, url)}
    expected = ["booked", "checked_in", "completed", "no_show", "cancelled"]
    assert shown == {
        now + (Status.values.index(status) + 1) * DAY: (
            "CANCELLED" if status == "cancelled" else "CONFIRMED"
        )
        for status in expected
    }


def test_it_reaches_30_days_back_and_drops_what_was_cancelled_when_its_time_is_over(
    client, service, url
):
    now = datetime.now(UTC)
    for back in (29, 31):
        make_visit(service, starts_at=now - back * DAY, status=Status.COMPLETED)
    make_visit(service, starts_at=now - DAY, status=Status.CANCELLED)
    [event] = events(client, url)
    assert event["dtstart"].dt < now - 28 * DAY


def test_an_entry_keeps_its_uid_which_no_patient_can_know(client, service, url):
    visit = make_visit(service, starts_at=monday("10:00"))
    [before] = events(client, url)
    assert str(visit.uid) not in before["uid"]
    moved = moves.move(visit, provider=None, starts_at=monday("14:00"))
    [after] = events(client, url)
    assert after["uid"] == before["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["dtstart"].dt == monday("14:00")
    assert after["last-modified"].dt >= before["last-modified"].dt
    visits.cancel(moved)
    [gone] = events(client, url)
    assert (gone["uid"], gone["sequence"], gone["status"]) == (before["uid"], 2, "CANCELLED")
    assert gone["transp"] == "TRANSPARENT"


def test_each_entry_stands_at_the_providers_own_clock_across_the_change(client):
    provider = make_provider(time_zone="America/Denver")
    service = make_service(providers=[provider])
    url = path_of(feeds.replace(provider))
    days = [datetime.now(UTC).date() + timedelta(days=30 * n) for n in range(12)]
    for day in days:
        make_visit(service, starts_at=at(day, "09:00", "America/Denver"))
    calendar = Calendar.from_ical(client.get(url).content)
    starts: list[Any] = [event["dtstart"] for event in calendar.walk("VEVENT")]
    assert [start.dt for start in starts] == [at(day, "09:00", "America/Denver") for day in days]
    assert {start.dt.utcoffset() for start in starts} == {timedelta(0)}
    assert calendar.walk("VTIMEZONE") == []


def test_what_has_not_changed_is_answered_by_304(client, service, url):
    visit = make_visit(service)
    first = client.get(url)
    same = client.get(url)
    assert same.content == first.content
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    since = client.get(url, headers={"If-Modified-Since": first["Last-Modified"]})
    assert since.status_code == 304
    assert again["Cache-Control"] == "private, max-age=60"
    visits.cancel(visit)
    changed = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert b"CANCELLED" in changed.content


def test_a_visit_that_went_to_somebody_else_has_left_the_feed(client, provider, service, url):
    visit = make_visit(service, starts_at=monday("10:00"))
    other = make_provider()
    service.providers.add(other)
    others = path_of(feeds.replace(other))
    # Nothing has changed for an hour.
    CalendarFeed.objects.update(changed_at=datetime.now(UTC) - HOUR)
    first = client.get(url)
    moves.move(visit, provider=other, starts_at=monday("10:00"))
    old = "Sat, 01 Jan 2022 00:00:00 GMT"
    for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": old}):
        changed = client.get(url, headers=headers)
        assert changed.status_code == 200
        assert b"VEVENT" not in changed.content
    assert CalendarFeed.objects.get(provider=provider).changed_at > datetime.now(UTC) - HOUR / 2
    assert len(events(client, others)) == 1


def test_an_empty_feed_is_a_calendar_too(client, url):
    calendar = Calendar.from_ical(client.get(url).content)
    assert calendar.walk("VEVENT") == []


def test_it_asks_as_often_for_one_visit_as_for_fifty(client, service, url):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    make_visit(service)
    before = queries()
    for number in range(50):
        make_visit(service, starts_at=at(date.today() + timedelta(days=number + 30), "09:00"))
    assert queries() == before == 2
