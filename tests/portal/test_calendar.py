"""A patient's own visits in their own calendar program: by an address that only they are shown."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from appointments.booking import moves, visits
from appointments.calendars import ics
from appointments.models import Appointment, Status
from appointments.patient_records import erasure, export
from portal.calendar import subscriptions
from portal.models import CalendarSubscription, PatientAccount
from tests.factories import make_appointment, make_patient, make_service, monday
from tests.portal.signing_in import add_patient, make_account, sign_in, sign_in_to

pytestmark = pytest.mark.django_db
PAGE, STOP = reverse("portal:calendar"), reverse("portal:calendar_revoke")


@pytest.fixture
def patient():
    return make_patient(first_name="Graciela", last_name="Whitfield")


@pytest.fixture
def account(client, patient) -> PatientAccount:
    return sign_in(client, patient)


def make_address(client: Client, page: str = PAGE) -> str:
    """Return the path of an address that was made on the page."""
    text = client.post(page, follow=True).text
    [address] = re.findall(r'value="(http[^"]+\.ics)"', text)
    assert f'href="webcal{address.removeprefix("http")}"' in text
    return urlsplit(address).path


def read(path: str) -> list:
    """Return the entries that a calendar program, which is signed in to nothing, finds there."""
    answer = Client().get(path)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_an_address_is_shown_once_and_kept_as_a_hash(client, account):
    path = make_address(client)
    assert re.fullmatch(r"/me/calendar/feeds/[\w-]{32}\.ics", path)
    token = path.rsplit("/", 1)[1].removesuffix(".ics")
    [kept] = CalendarSubscription.objects.all()
    assert token not in str(kept.__dict__)
    page = client.get(PAGE)
    assert token not in page.text
    assert "Addresses in use" in page.text
    assert page["Cache-Control"].startswith("no-store")
    assert token not in str(dict(client.session))


def test_it_shows_the_visits_of_its_account_and_follows_what_becomes_of_them(
    client, account, patient
):
    visit = make_appointment(patient=patient, starts_at=monday("10:00"))
    make_appointment(starts_at=monday("11:00"))  # somebody else's
    path = make_address(client)
    [entry] = read(path)
    assert entry["dtstart"].dt == monday("10:00")
    # The name that it has in the file of its mail: no calendar shows it twice.
    assert entry["uid"] == ics.uid_of(visit.uid)
    moved = moves.move(visit, provider=None, starts_at=monday("14:00"))
    [entry] = read(path)
    assert (entry["dtstart"].dt, entry["sequence"]) == (monday("14:00"), 1)
    visits.cancel(moved)
    [entry] = read(path)
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", 2)


def test_it_says_visit_and_nothing_more(client, account, patient):
    service = make_service(name="Third refill")
    visit = make_appointment(patient=patient, service=service, staff_reason="Urgent")
    answer = Client().get(make_address(client))
    text = answer.content.decode()
    assert text.count("SUMMARY:Visit\r\n") == 1
    for secret in (
        *("Graciela", "Whitfield", patient.email, "6155550117", "Urgent", visit.key, "refill"),
        *(visit.provider.name, "TN", "DESCRIPTION", "ATTENDEE", "ORGANIZER", "LOCATION", "URL:"),
    ):
        assert secret not in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "private, max-age=60"
    assert "Set-Cookie" not in answer
    robots = client.get("/robots.txt").text
    assert "Disallow: /me/\nAllow: /me/calendar/feeds/\n" in robots  # Google Calendar asks there


def test_in_spanish_the_page_and_the_calendar_are_spanish(client, account, patient):
    make_appointment(patient=patient)
    path = make_address(client, f"/es{PAGE}")
    assert path.startswith("/es/me/calendar/feeds/")
    [entry] = read(path)
    assert entry["summary"] == "Cita"


def test_each_address_is_stopped_alone_and_by_nobody_else(client, account, patient):
    first, second = make_address(client), make_address(client)
    kept = CalendarSubscription.objects.first()
    other = Client()
    sign_in(other, make_patient())
    other.post(STOP, {"stop": kept.pk})
    assert Client().get(first).status_code == 200
    for nonsense in ("", "x", "9" * 30):
        assert client.post(STOP, {"stop": nonsense}).status_code == 302
    page = client.post(STOP, {"stop": kept.pk}, follow=True)
    assert "gets nothing from us" in page.text
    assert [Client().get(path).status_code for path in (first, second)] == [404, 200]


def test_there_are_five_at_most(client, account):
    for _nth in range(subscriptions.MOST):
        make_address(client)
    assert "Make one more address" not in client.get(PAGE).text
    refused = client.post(PAGE, follow=True)
    assert "Stop one first" in refused.text
    assert account.calendar_subscriptions.count() == subscriptions.MOST


def test_only_who_is_signed_in_makes_or_stops_one(client, patient):
    path = urlsplit(subscriptions.make(make_account(patient))).path
    kept = CalendarSubscription.objects.get()
    for method, page in ((client.get, PAGE), (client.post, PAGE), (client.post, STOP)):
        answer = method(page, {"stop": kept.pk})
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("portal:sign_in"))
    assert client.get(STOP).status_code == 405
    assert CalendarSubscription.objects.count() == 1
    assert client.get(path).status_code == 200


def test_what_an_account_may_not_see_any_more_leaves_its_calendar(client, account, patient):
    other = make_patient(first_name="Pip")
    link = add_patient(account, other, relation="ward", basis="staff")
    service = make_service()
    make_appointment(patient=patient, service=service, starts_at=monday("10:00"))
    make_appointment(patient=other, service=service, starts_at=monday("11:00"))
    path = make_address(client)
    before = Client().get(path)
    assert before.content.count(b"BEGIN:VEVENT") == 2
    assert "Last-Modified" not in before
    link.ended_at = timezone.now()
    link.save()
    after = Client().get(path, headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after.content.count(b"BEGIN:VEVENT")) == (200, 1)
    # Corrected by the desk: the address that was proved is another person's.
    patient.email = "corrected@example.org"
    patient.save()
    assert read(path) == []


def test_an_ended_account_has_no_calendar(client, account):
    path = make_address(client)
    PatientAccount.objects.update(ended_at=timezone.now())
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("token", ["a" * 32, "a", "a" * 33, "../x", "é" * 32])
def test_a_strangers_address_leads_nowhere(client, account, token):
    make_address(client)
    assert Client().get(f"/me/calendar/feeds/{token}.ics").status_code == 404


def test_reading_writes_nothing_and_costs_the_same_for_many(client, account, patient):
    path = make_address(client)
    service, now = make_service(), datetime.now(UTC)

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            Client().get(path)
        return [query["sql"].split()[0] for query in captured]

    make_appointment(patient=patient, service=service, starts_at=now + timedelta(days=1))
    before = queries()
    for day in range(2, 20):
        make_appointment(patient=patient, service=service, starts_at=now + timedelta(days=day))
    assert queries() == before
    assert set(before) == {"SELECT"}
    same = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": same["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_export_says_that_there_is_one_and_an_erasure_takes_it(client, account, patient):
    path = make_address(client)
    held = export.collect(patient, by="Robin")["accounts"]
    assert [len(each["calendar addresses"]) for each in held] == [1]
    make_appointment(patient=patient, status=Status.CANCELLED)
    assert not erasure.erase(patient, by="staff: Robin")
    assert not CalendarSubscription.objects.exists()
    assert Client().get(path).status_code == 404


def test_two_devices_of_one_account_see_the_same_list(client, account):
    make_address(client)
    other = Client()
    sign_in_to(other, account)
    assert "Addresses in use" in other.get(PAGE).text
    assert Appointment.objects.count() == 0
