"""Staff book follow-ups in one step: all or none, on the patient's wall clock."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from appointments import links
from appointments.booking import follow_ups
from appointments.booking.patients import PatientDetails
from appointments.booking.rules import SlotTaken
from appointments.booking.staff_booking import WantedVisit
from appointments.emails import visit_outbox
from appointments.models import Appointment, ConsentText, Status
from appointments.scheduling import series
from core.mail import message
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    at,
    make_appointment,
    make_provider,
    make_service,
    make_time_off,
    monday,
)

NEW_YORK = ZoneInfo("America/New_York")


# ── when they begin ──


@pytest.mark.parametrize(
    ("first", "every", "days"),
    [
        ("2026-10-20", series.WEEKLY, ["2026-10-27", "2026-11-03", "2026-11-10"]),
        ("2026-10-20", series.FORTNIGHTLY, ["2026-11-03", "2026-11-17", "2026-12-01"]),
        ("2026-10-13", series.MONTHLY, ["2026-11-10", "2026-12-08", "2027-01-12"]),
        ("2026-10-30", series.MONTHLY, ["2026-11-27", "2026-12-25", "2027-01-29"]),
    ],
)
def test_the_wall_clock_stays_through_the_change_of_clocks(first, every, days):
    begin = at(date.fromisoformat(first), "15:00", "America/New_York")
    found = series.starts(begin, NEW_YORK, every, number=3)
    local = [start.astimezone(NEW_YORK) for start in found]
    assert [f"{when:%Y-%m-%d %H:%M}" for when in local] == [f"{day} 15:00" for day in days]


def test_a_clock_that_never_comes_moves_on_and_one_that_comes_twice_is_the_first():
    spring = series.starts(
        at(date(2026, 3, 1), "02:30", "America/New_York"), NEW_YORK, "weekly", number=1
    )
    assert spring == [datetime(2026, 3, 8, 7, 30, tzinfo=UTC)]
    autumn = series.starts(
        at(date(2026, 10, 25), "01:30", "America/New_York"), NEW_YORK, "weekly", number=1
    )
    assert autumn == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]


def test_a_series_ends_with_its_day():
    begin = at(date(2026, 10, 20), "15:00", "America/New_York")
    assert len(series.starts(begin, NEW_YORK, "weekly", until=date(2026, 11, 3))) == 2


# ── the page ──

django_db = pytest.mark.django_db


@pytest.fixture
def desk(db, settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    return signed_in("front desk", name="Robin Example")


def page_of(visit: Appointment, number: int = 3, **changes: str) -> str:
    asked = {"every": "weekly", "number": number, "until": ""} | changes
    asked |= {"service": visit.service_id, "provider": visit.provider_id}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('admin:appointments_appointment_series', args=[visit.pk])}?{query}"


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def send(client: Client, answer, **chosen: str):
    """Book what the preview proposes first, unless chosen otherwise."""
    found = re.findall(r'name="(row-\d+)"[^>]*><option value="([^"]+)"', text_of(answer))
    consents = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
    request = answer.request
    return client.post(
        f"{request['PATH_INFO']}?{request['QUERY_STRING']}", dict(found) | consents | chosen
    )


def later(visit: Appointment) -> list[Appointment]:
    rest = Appointment.objects.filter(series__isnull=False, status=Status.BOOKED)
    return list(rest.exclude(pk=visit.pk).order_by("starts_at"))


def weeks(*numbers: int) -> list[datetime]:
    day = monday().astimezone(ZoneInfo("America/Chicago")).date()
    return [at(day + timedelta(weeks=n), "10:00") for n in numbers]


@django_db
def test_follow_ups_are_booked_in_one_step_far_ahead_with_one_mail(desk):
    visit = make_appointment(service=make_service(horizon_days=10))
    answer = desk.get(page_of(visit, number=12))
    assert later(visit) == []
    assert send(desk, answer).status_code == 302
    booked = later(visit)
    assert [one.starts_at for one in booked] == weeks(*range(1, 13))
    visit.refresh_from_db()
    assert {one.series for one in booked} == {visit.series}
    assert {one.patient for one in booked} == {visit.patient}
    assert all(one.consents.count() == 2 for one in booked)
    [mail] = OutgoingEmail.objects.all()
    assert (mail.template, mail.about) == ("appointment_series", visit_outbox.about(booked[0]))
    assert links.absolute(booked[0]) in mail.text
    page = desk.get(links.page(booked[0]))
    assert all(links.page(one) in text_of(page) for one in booked[1:])


@django_db
def test_the_mails_calendar_file_holds_every_visit_and_invites_to_none(desk):
    """Outlook takes only the first event of an invitation."""
    visit = make_appointment()
    send(desk, desk.get(page_of(visit)))
    [mail] = OutgoingEmail.objects.all()
    calendar = Calendar.from_ical(mail.attachments[0]["content"])
    assert calendar["METHOD"] == "PUBLISH"
    parts = [part.get_content_type() for part in message.build(mail).message().walk()]
    assert parts.count("text/calendar") == 1, "a file to take, not a third alternative"
    assert parts[-1] == "text/calendar"
    events = calendar.walk("VEVENT")
    assert not any("ATTENDEE" in event for event in events)
    assert [event.decoded("dtstart").astimezone(UTC) for event in events] == weeks(1, 2, 3)
    assert len({event["uid"] for event in events}) == 3


@django_db
def test_the_preview_says_what_is_in_the_way_and_proposes_the_nearest_time(desk):
    provider = make_provider()
    service = make_service(providers=[provider])
    visit = make_appointment(service=service)
    first, second, third, fourth = weeks(1, 2, 3, 4)
    make_time_off(provider, first.date())
    make_time_off(None, second.date())
    make_appointment(service=service, starts_at=third)
    provider.licenses.update(expires=fourth.date() - timedelta(days=1))
    answer = desk.get(page_of(visit, number=4))
    rows = answer.context_data["rows"]
    conflicts = [row.conflict for row in rows]
    assert conflicts == ["Time off", "Closed", "Taken", "The license has ended by then"]
    assert rows[2].options[0][0].startswith(f"{third - timedelta(minutes=30):%Y-%m-%dT%H:%MZ}")
    assert send(desk, answer).status_code == 302
    booked = later(visit)
    assert not {first, second, third, fourth} & {one.starts_at for one in booked}
    assert len(booked) == 4


@django_db
def test_when_the_last_is_taken_meanwhile_none_is_booked(desk):
    service = make_service()
    visit = make_appointment(service=service)
    answer = desk.get(page_of(visit))
    make_appointment(service=service, starts_at=weeks(3)[0])
    answer = send(desk, answer)
    assert answer.status_code == 409
    assert "Nothing was booked" in text_of(answer)
    assert later(visit) == []
    assert not OutgoingEmail.objects.exists()


@django_db
def test_the_workflow_itself_books_all_or_none():
    service = make_service()
    visit = make_appointment(service=service)
    provider = service.providers.get()
    times = [*weeks(1, 2), visit.starts_at]
    wishes = [WantedVisit(provider, service, "TN", time) for time in times]
    details = PatientDetails(
        "Grace", "Whitfield", date(1988, 4, 17), "g@example.org", "+16155550117", "email", "UTC"
    )
    with pytest.raises(SlotTaken):
        follow_ups.book_series(wishes, details, after=visit, by="staff: x")
    assert Appointment.objects.count() == 1
    assert Appointment.objects.get().series is None
    assert not OutgoingEmail.objects.exists()


@django_db
def test_one_of_them_can_be_left_out(desk):
    visit = make_appointment()
    send(desk, desk.get(page_of(visit)), **{"row-1": "none"})
    assert [one.starts_at for one in later(visit)] == weeks(1, 3)


@django_db
def test_without_the_patients_yes_no_series_is_booked(desk):
    visit = make_appointment()
    answer = send(desk, desk.get(page_of(visit)), agree_email="")
    assert "tick it when they agree" in text_of(answer)
    assert later(visit) == []


@django_db
@pytest.mark.parametrize("chosen", ["", "soon", "2020-01-01T10:00Z/1"])
def test_a_time_that_was_not_offered_is_refused(desk, chosen):
    visit = make_appointment()
    answer = send(desk, desk.get(page_of(visit)), **{"row-0": chosen})
    assert answer.status_code == 409
    assert later(visit) == []


@django_db
def test_the_rest_of_a_series_is_cancelled_in_one_step(desk):
    visit = make_appointment()
    send(desk, desk.get(page_of(visit)))
    _first, second, _third = later(visit)
    address = reverse("admin:appointments_appointment_series", args=[second.pk])
    desk.post(address, {"cancel-rest": "yes", "reason": "Moved away"})
    found = Appointment.objects.order_by("starts_at")
    statuses = [one.status for one in found]
    assert statuses == ["booked", "booked", "cancelled", "cancelled"]
    assert {one.cancel_reason for one in found[2:]} == {"Moved away"}


@django_db
def test_an_editor_books_no_series(settings):
    settings.STAFF_MFA_REQUIRED = False
    assert signed_in("editor").get(page_of(make_appointment())).status_code == 403
