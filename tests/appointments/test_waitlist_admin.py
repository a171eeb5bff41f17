"""Staff see who waits, and take somebody off the list."""

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, Status, WaitlistEntry
from appointments.scheduling import availability
from appointments.waitlist import offers, responses
from appointments.waitlist.entries import leave
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.appointments.waitlist_setup import at_noon, booked_out, cancel_visit, waiting_entries
from tests.factories import make_entry

pytestmark = pytest.mark.django_db
LIST = reverse("admin:appointments_waitlistentry_changelist")


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


@pytest.fixture
def desk() -> Client:
    return signed_in("front desk")


def remove(client: Client, *entries: WaitlistEntry):
    data = {"action": "remove_chosen", "_selected_action": [entry.pk for entry in entries]}
    return client.post(f"{LIST}?status=any", data, follow=True)


def test_the_list_shows_who_waits_the_first_in_front(desk):
    service, _ = booked_out()
    waiting_entries(service, 1, last_name="Second")
    make_entry(service=service, last_name="Third", weekdays=[0, 4], parts=["evening"])
    gone = make_entry(service=service, last_name="Gone")
    leave(gone)
    text = desk.get(LIST).content.decode()
    assert text.index("Grace Second") < text.index("Grace Third")
    assert "Monday, Friday" in text
    assert "Evening" in text
    assert "Grace Gone" not in text
    assert "Grace Gone" in desk.get(f"{LIST}?status=left").content.decode()


def test_a_place_is_found_by_name_address_and_phone(desk):
    service, _ = booked_out()
    make_entry(service=service, last_name="Wanted", phone="+16155550199")
    make_entry(service=service, last_name="Other")
    for term in ("wanted", "(615) 555-0199"):
        text = desk.get(LIST, {"q": term}).content.decode()
        assert "Grace Wanted" in text
        assert "Grace Other" not in text


def test_the_page_of_a_place_shows_its_offers_and_has_nothing_to_save(desk):
    service, visit = booked_out()
    [entry] = waiting_entries(service, 1)
    cancel_visit(visit)
    offers.offer_freed_times()
    page = reverse("admin:appointments_waitlistentry_change", args=[entry.pk])
    text = desk.get(page).content.decode()
    assert "Open" in text
    assert service.providers.get().name in text
    assert 'name="_save"' not in text
    assert desk.post(page, {"status": "left"}).status_code == 403


def test_who_is_taken_off_the_list_gets_no_offer_and_no_mail(desk):
    service, visit = booked_out()
    [entry] = waiting_entries(service, 1)
    cancel_visit(visit)
    offers.offer_freed_times()
    answer = remove(desk, entry)
    assert "1 place on the waitlist is closed." in answer.content.decode()
    entry.refresh_from_db()
    assert entry.status == "removed"
    assert availability.grid(service, "TN").first() is not None
    assert OutgoingEmail.objects.filter(to=entry.email, status="waiting").count() == 0
    assert "was not waiting any more" in remove(desk, entry).content.decode()


def test_a_place_that_got_its_time_cannot_be_taken_off(desk):
    service, visit = booked_out()
    [entry] = waiting_entries(service, 1)
    cancel_visit(visit)
    offers.offer_freed_times()
    responses.accept(entry.offers.get())
    remove(desk, entry)
    entry.refresh_from_db()
    assert entry.status == "fulfilled"
    assert Appointment.objects.filter(status=Status.BOOKED).exists()


def test_a_clinician_looks_only():
    service, _ = booked_out()
    [entry] = waiting_entries(service, 1)
    client = signed_in("clinician")
    assert "Grace Whitfield" in client.get(LIST).content.decode()
    remove(client, entry)
    entry.refresh_from_db()
    assert entry.status == "waiting"
