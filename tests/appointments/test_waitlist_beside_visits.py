"""The waitlist and the visits of one person know each other; a stranger is told of neither."""

import html

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from appointments import cookies
from appointments import links as visit_links
from appointments.booking import visits
from appointments.models import Appointment, Service, Status, WaitlistOffer
from appointments.waitlist import links, offers, responses
from appointments.waitlist.responses import HasVisit
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_many_visits import EMAIL
from tests.appointments.test_many_visits import typed as typed_online
from tests.appointments.test_staff_book import page_for, typed, when
from tests.appointments.waitlist_setup import at_noon, booked_out, cancel_visit, mails_to
from tests.factories import (
    make_appointment,
    make_entry,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
ASKED = "You are on the waitlist, too"


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


@pytest.fixture
def visitor():
    return in_process()


def book_online(service: Service, **values) -> Appointment:
    """Grace, by a browser that has proved nothing."""
    hold = make_hold(visitor="visitor-number-1", service=service, **values)
    client = Client()
    client.cookies[cookies.cookie_name(cookies.COOKIE)] = "visitor-number-1"
    client.post(reverse("appointments:details", args=[hold.uid]), typed_online(hold))
    hold.refresh_from_db()
    return hold


def status_of(thing) -> str:
    thing.refresh_from_db()
    return thing.status


# ── a visit is booked while one waits ──


def test_the_mailed_page_asks_whether_the_place_stays_and_gives_it_up(visitor):
    service = make_service()
    entry = make_entry(service=service, email=EMAIL)
    visit = book_online(service)
    assert visit.status == Status.BOOKED
    [mail] = OutgoingEmail.objects.filter(template="appointment_booked")
    assert "You are on the waitlist for this kind of appointment, too." in mail.text
    page = visitor.get(visit_links.page(visit))
    assert ASKED in page.text
    after = visitor.press(page, "Give up my place")
    assert ASKED not in after.text
    assert status_of(entry) == "left"
    assert status_of(visit) == "booked"


def test_who_keeps_the_place_is_asked_once(visitor):
    service = make_service()
    entry = make_entry(service=service, email=EMAIL)
    visit = book_online(service)
    after = visitor.press(visitor.get(visit_links.page(visit)), "Keep my place")
    assert ASKED not in after.text
    assert status_of(entry) == "waiting"
    again = book_online(service, starts_at=monday("14:00"))
    assert ASKED in visitor.get(visit_links.page(again)).text, "of another visit anew"


def test_reading_the_page_gives_up_nothing(visitor):
    service = make_service()
    entry = make_entry(service=service, email=EMAIL)
    visit = book_online(service)
    visitor.get(visit_links.page(visit))
    visitor.get(visit_links.page(visit, "visit_waitlist_entry"))
    assert status_of(entry) == "waiting"


def test_a_browser_that_typed_an_address_is_told_of_no_place_and_gives_up_none(visitor):
    service = make_service()
    entry = make_entry(service=service, email=EMAIL)
    visit = book_online(service)
    for name in ("done", "visit"):
        assert "waitlist" not in visitor.get(visit_links.handed_page(visit, name)).text
    Client().post(visit_links.handed_page(visit, "visit_waitlist_entry"), {"place": "leave"})
    assert status_of(entry) == "waiting"


@pytest.mark.parametrize("other", ["service", "person", "state"])
def test_another_kind_of_visit_or_another_person_asks_nothing(visitor, other):
    service = make_service()
    given = {"person": {"first_name": "Ada"}, "state": {"state": "KY"}}.get(other, {})
    waits_for = make_service() if other == "service" else service
    make_entry(service=waits_for, email=EMAIL, **given)
    visit = book_online(service)
    assert ASKED not in visitor.get(visit_links.page(visit)).text
    [mail] = OutgoingEmail.objects.filter(template="appointment_booked")
    assert "waitlist" not in mail.text


def test_staff_who_book_are_told_of_the_place(settings):
    settings.STAFF_MFA_REQUIRED = False
    desk, service = signed_in("front desk"), make_service()
    entry = make_entry(service=service, email="grace@example.org")
    data = typed(**when(monday(), service.providers.first()))
    answer = desk.post(page_for(service), data)
    said = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert reverse("admin:appointments_waitlistentry_change", args=[entry.pk]) in said


# ── a time is offered to somebody who has a visit ──


@pytest.fixture
def offered():
    """Grace waits, has a visit on Tuesday, and is offered Monday at ten."""
    service, taken = booked_out()
    entry = make_entry(service=service, email="Grace@example.org")
    grace = make_patient(email="grace@example.org")
    provider = make_provider()
    mine = make_appointment(
        service=make_service(providers=[provider]), patient=grace, starts_at=monday("14:00")
    )
    cancel_visit(taken)
    offers.offer_freed_times()
    return entry, mine


def accepted() -> Appointment | None:
    offer = WaitlistOffer.objects.filter(status="accepted").select_related("hold").first()
    return offer.hold if offer else None


def test_the_offer_names_the_visit_and_takes_its_place_in_one_step(visitor, offered):
    entry, mine = offered
    page = visitor.get(links.page(entry))
    assert visit_links.page(mine) in page.text
    assert mine.provider.name in page.text
    visitor.press(page, "Take this instead of")
    visit = accepted()
    assert visit is not None
    assert (visit.status, visit.starts_at) == (Status.BOOKED, monday("10:00"))
    assert (status_of(mine), status_of(entry)) == ("cancelled", "fulfilled")
    assert {"appointment_booked", "appointment_cancelled"} <= {
        *mails_to(entry),
        *OutgoingEmail.objects.filter(to=mine.email).values_list("template", flat=True),
    }


def test_as_well_keeps_both(visitor, offered):
    entry, mine = offered
    visitor.press(visitor.get(links.page(entry)), "Take it as well")
    assert accepted() is not None
    assert status_of(mine) == "booked"


def test_a_visit_booked_since_the_page_was_made_is_named_before_anything_is_done(visitor, offered):
    entry, mine = offered
    page = visitor.get(links.page(entry))
    later = make_appointment(
        service=mine.service, patient=mine.patient, starts_at=monday("16:00"), email=entry.email
    )
    answer = visitor.press(page, "Take this instead of")
    assert answer.status == 409
    assert visit_links.page(later) in answer.text
    assert "Nothing was changed." in html.unescape(answer.text)
    assert accepted() is None
    assert (status_of(mine), status_of(entry)) == ("booked", "waiting")
    visitor.press(answer, "Take it as well")
    assert accepted() is not None


def test_a_visit_that_begins_soon_is_named_and_given_up_by_phone_only(visitor, offered):
    entry, mine = offered
    Service.objects.filter(pk=mine.service_id).update(cutoff_hours=24 * 30)
    page = visitor.get(links.page(entry))
    assert "please call us" in page.text
    assert "Take this instead of" not in page.text
    offer = WaitlistOffer.objects.get(status="open")
    with pytest.raises(HasVisit):
        responses.accept(offer, seen=[mine.pk], instead_of=mine.pk)
    assert (status_of(mine), status_of(entry)) == ("booked", "waiting")


def test_pressed_twice_it_gives_the_same_visit(visitor, offered):
    entry, _mine = offered
    page = visitor.get(links.page(entry))
    first = visitor.press(page, "Take this instead of")
    second = visitor.press(page, "Take this instead of")
    assert (first.status, second.status) == (200, 200)
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1


def test_the_visit_of_another_person_or_address_is_neither_named_nor_given_up(visitor, offered):
    entry, mine = offered
    ada = make_patient(first_name="Ada", email="grace@example.org")
    hers = make_appointment(patient=ada, starts_at=monday("11:00"))
    page = visitor.get(links.page(entry))
    assert visit_links.page(hers) not in page.text
    offer = WaitlistOffer.objects.get(status="open")
    responses.accept(offer, seen=[mine.pk], instead_of=hers.pk)
    assert status_of(hers) == "booked"


def test_without_a_visit_the_offer_asks_nothing(visitor, offered):
    entry, mine = offered
    visits.cancel(mine)
    page = visitor.get(links.page(entry))
    assert "You have a visit already" not in page.text
    visitor.press(page, "Take this time")
    assert accepted() is not None
