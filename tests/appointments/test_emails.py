"""Who is told what when a visit changes: the patient in kind words, the provider without a name."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from appointments.booking import attendance, moves, visits
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment
from core.mail.models import EmailStatus, OutgoingEmail
from tests.appointments.booking_steps import GRACE
from tests.factories import make_appointment, make_hold, make_patient, make_provider, make_service

pytestmark = pytest.mark.django_db

START = datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago"))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STAFF = "staff: robin@example.org"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START - 3 * DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def provider():
    """Keeps Eastern Time, where the patients of these tests keep Central."""
    return make_provider(
        name="Anna Berg", email="anna.berg@example.org", time_zone="America/New_York"
    )


@pytest.fixture
def visit(provider) -> Appointment:
    service = make_service(name="Third refill", providers=[provider], step=30)
    visit = make_appointment(service=service, starts_at=START, patient=make_patient())
    return Appointment.objects.get(pk=visit.pk)


def mails(template: str) -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(template=template).order_by("pk"))


def templates() -> list[str]:
    return sorted(OutgoingEmail.objects.values_list("template", flat=True))


def event_in(mail: OutgoingEmail):
    [file] = mail.attachments
    calendar = Calendar.from_ical(file["content"])
    return calendar["method"], calendar.walk("VEVENT")[0]


# ── patients ──────────────────────────────────────────────────────────────────


def test_who_cancels_hears_that_it_is_done(visit):
    visits.cancel(visit)
    [mail] = mails("appointment_cancelled")
    assert "This appointment is cancelled:" in mail.text
    assert "sorry" not in mail.text


@pytest.mark.parametrize("by", [STAFF, "system"])
def test_whom_we_cancel_gets_an_apology_and_a_way_to_another_time(visit, client, by):
    visits.cancel(visit, by=by, reason="The provider is ill")
    [mail] = mails("appointment_cancelled_by_us")
    assert mail.subject == "We had to cancel: Tuesday, November 12 at 2:30 pm Central Time"
    assert "We are sorry." in mail.text
    assert "ill" not in mail.text.split()
    link = next(line for line in mail.text.splitlines() if line.startswith("http"))
    page = client.get(link).content.decode()
    assert "Book another time" in page
    assert templates() == ["appointment_cancelled_by_us", "provider_cancelled"]


@pytest.mark.parametrize("by", ["patient", STAFF])
def test_either_way_the_calendar_learns_that_it_is_off(visit, by):
    visits.cancel(visit, by=by)
    method, event = event_in(OutgoingEmail.objects.get(to=visit.email))
    assert (method, event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 1)


def test_who_did_not_come_gets_a_kind_word_and_a_way_back(visit, clock, client):
    clock.move_to(START + HOUR)
    attendance.no_show(visit, by=STAFF)
    [mail] = mails("appointment_missed")
    assert mail.key == f"appointment-missed:{visit.pk}:0"
    assert mail.to == visit.email
    assert mail.subject == "We missed you on Tuesday, November 12 at 2:30 pm Central Time"
    assert "You are welcome whenever you are ready." in " ".join(mail.text.split())
    assert mail.attachments == []
    link = next(line for line in mail.text.splitlines() if line.startswith("http"))
    assert "Book another time" in client.get(link).content.decode()
    assert mail.not_after == visit.ends_at + 7 * DAY
    assert templates() == ["appointment_missed"]


def test_a_step_that_was_refused_tells_nobody(visit):
    for step in (attendance.no_show, attendance.complete):
        with pytest.raises(NotChangeable):
            step(visit, by=STAFF)
    assert templates() == []


def test_a_completed_visit_owes_no_mail(visit, clock):
    clock.move_to(START + HOUR)
    attendance.complete(visit, by=STAFF)
    assert templates() == []


# ── providers ─────────────────────────────────────────────────────────────────


def book(hold: Appointment) -> Appointment:
    return visits.book(hold=hold, details=GRACE)


def test_a_provider_learns_of_a_new_visit(provider):
    visit = book(make_hold(service=make_service(providers=[provider]), starts_at=START))
    [mail] = mails("provider_new")
    assert mail.to == "anna.berg@example.org"
    assert mail.subject == "New visit: Tuesday, November 12 at 3:30 pm Eastern Time"
    path = reverse("admin:appointments_appointment_change", args=[visit.pk])
    assert f"{path}\n" in mail.text
    assert mail.key == f"provider-new:{visit.pk}:{provider.pk}:0"


def test_a_provider_learns_the_new_time_and_the_old_one(visit):
    moves.move(visit, provider=None, starts_at=START + DAY, by=STAFF)
    [mail] = mails("provider_moved")
    assert mail.subject == "Visit moved to Wednesday, November 13 at 3:30 pm Eastern Time"
    assert "It was set for Tuesday, November 12, 2030, 3:30 pm." in mail.text
    assert templates() == ["appointment_moved", "provider_moved"]


def test_a_visit_that_goes_to_another_provider_is_told_to_both(visit):
    other = make_provider(email="marcus@example.org")
    visit.service.providers.add(other)
    moves.move(visit, provider=other, starts_at=START, by=STAFF)
    [lost], [got] = mails("provider_cancelled"), mails("provider_new")
    assert lost.to == "anna.berg@example.org"
    assert lost.subject == "Off your calendar: Tuesday, November 12 at 3:30 pm Eastern Time"
    assert got.to == "marcus@example.org"
    assert got.subject == "New visit: Tuesday, November 12 at 2:30 pm Central Time"


@pytest.mark.parametrize("by", ["patient", STAFF])
def test_a_provider_learns_that_a_visit_is_cancelled(visit, by):
    visits.cancel(visit, by=by)
    [mail] = mails("provider_cancelled")
    assert mail.subject == "Off your calendar: Tuesday, November 12 at 3:30 pm Eastern Time"


def test_the_newest_word_to_a_provider_overtakes_the_older(visit):
    moves.move(visit, provider=None, starts_at=START + DAY)
    visits.cancel(visit)
    assert mails("provider_moved")[0].status == EmailStatus.DROPPED
    assert mails("provider_cancelled")[0].status == EmailStatus.WAITING


def test_mails_to_providers_name_nobody_and_carry_no_file(visit):
    moves.move(visit, provider=None, starts_at=START + DAY, by=STAFF)
    visits.cancel(visit, by=STAFF, reason="Moves to Ohio")
    for mail in OutgoingEmail.objects.filter(to=visit.provider.email):
        said = mail.subject + mail.text + mail.html
        patient = visit.patient
        for detail in (
            patient.first_name,
            patient.last_name,
            patient.email,
            "Anna",
            "refill",
            "Ohio",
            "1988",
            "555-0117",
            visit.key,
        ):
            assert detail not in said
        assert mail.attachments == []


def test_a_provider_without_an_address_gets_no_mail(visit):
    visit.provider.email = ""
    visit.provider.save()
    visits.cancel(visit)
    assert templates() == ["appointment_cancelled"]


def test_patients_and_providers_do_not_overtake_one_another(visit):
    visits.cancel(visit)
    assert set(OutgoingEmail.objects.values_list("status", flat=True)) == {EmailStatus.WAITING}
    assert len(set(OutgoingEmail.objects.values_list("about", flat=True))) == 2
