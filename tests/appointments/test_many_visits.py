"""An address with many upcoming visits: the page says what is true of every address, the mail asks.

A visit that waits for that mail is a visit, and never its browser's hold.
"""

import pytest
from django.test import Client
from django.urls import reverse

from appointments import cookies, links
from appointments.booking import hold_owner, holds, returning_patient
from appointments.conflicts import detection
from appointments.models import Appointment, ClinicRules, ConsentText, Status
from appointments.templatetags.appointments import clock as clock_of
from core.mail.models import OutgoingEmail
from core.people import email_addresses
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_hold, make_service, make_time_off, monday

pytestmark = pytest.mark.django_db
EMAIL = "many@example.org"


def typed(hold: Appointment) -> dict[str, str]:
    """What a person writes into the form of this hold."""
    person = {
        "booked_for": "self",
        "first_name": "Grace",
        "last_name": "Whitfield",
        "birth_date": "04/17/1988",
        "phone": "615-555-0117",
        "email": EMAIL,
        "contact": "email",
        "zone": hold.zone,
    }
    return person | {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}


def book(client: Client, hold: Appointment, visitor: str):
    client.cookies[cookies.cookie_name(cookies.COOKIE)] = visitor
    return client.post(reverse("appointments:details", args=[hold.uid]), typed(hold))


def held(visitor: str, **values) -> Appointment:
    return make_hold(visitor=visitor, **values)


@pytest.fixture
def over_the_limit(client):
    """Somebody books one more visit than the clinic allows; the visit that waits."""
    ClinicRules.objects.create(most_upcoming=1)
    service = make_service()
    make_appointment(service=service, email=EMAIL.upper(), starts_at=monday("09:00"))
    hold = held("visitor-number-one-more", service=service, starts_at=monday("14:00"))
    response = book(client, hold, "visitor-number-one-more")
    assert response.status_code == 302
    hold.refresh_from_db()
    return hold, client.get(response.url)


def test_the_page_is_the_same_for_every_address_and_true_of_each(over_the_limit, client):
    waiting, page = over_the_limit
    assert waiting.status == Status.HELD
    service = make_service()
    hold = held("visitor-number-ordinary", service=service)
    Appointment.objects.filter(email__iexact=EMAIL, status=Status.BOOKED).update(email="x@y.org")
    booked = client.get(book(client, hold, "visitor-number-ordinary").url)
    assert page.status_code == booked.status_code == 200
    said = page.content.decode().split("<h1>")[1].split("<time")[0]
    assert said in booked.content.decode()
    assert "booked" not in said
    assert "our e-mail asks you to confirm this one" in said
    assert "We keep the time for half an hour" in said


def test_a_browser_that_booked_them_all_itself_is_told_until_when_its_time_is_kept(client):
    """It knows of its own visits: this tells nothing about the address."""
    ClinicRules.objects.create(most_upcoming=2)
    service = make_service()
    pages = {}
    for clock in ("09:00", "11:00", "13:00"):
        hold = held("visitor-number-of-all-three", service=service, starts_at=monday(clock))
        page = client.get(book(client, hold, "visitor-number-of-all-three").url)
        pages[clock] = page.content.decode()
    assert "One more step" not in pages["11:00"]
    waiting = Appointment.objects.get(status=Status.HELD)
    assert waiting.starts_at == monday("13:00")
    assert "One more step" in pages["13:00"]
    assert f"press the button by {clock_of(waiting.local_held_until)}" in pages["13:00"]


@pytest.mark.parametrize("status", [Status.BOOKED, Status.COMPLETED, Status.CANCELLED])
def test_visits_that_are_over_count_for_no_limit_of_upcoming_ones(client, status):
    """Also those that nobody has marked as over, and those that this very browser booked."""
    ClinicRules.objects.create(most_upcoming=2)
    service, key = make_service(), "visitor-number-of-long-ago"
    for weeks in (-1, -2, -3):
        visit = make_appointment(
            service=service, email=EMAIL, starts_at=monday(weeks=weeks), status=status
        )
        Appointment.objects.filter(pk=visit.pk).update(visitor=hold_owner.stored(key))
    for clock, becomes in (("09:00", "booked"), ("11:00", "booked"), ("13:00", "held")):
        hold = held(key, service=service, starts_at=monday(clock))
        book(client, hold, key)
        hold.refresh_from_db()
        assert hold.status == becomes


def test_who_proved_the_address_is_told_the_same(client):
    ClinicRules.objects.create(most_upcoming=1)
    service = make_service()
    make_appointment(service=service, email=EMAIL, starts_at=monday("09:00"))
    hold = held("visitor", service=service, starts_at=monday("14:00"))
    by_proof = hold_owner.stored_for_address(email_addresses.keyed_hash(EMAIL))
    Appointment.objects.filter(pk=hold.pk).update(visitor=by_proof)
    proof = returning_patient.make(EMAIL, returning=False)
    client.cookies[cookies.cookie_name("proof")] = proof
    page = client.get(book(client, hold, "visitor-number-of-proof").url).content.decode()
    assert "One more step" in page


@pytest.mark.parametrize("way", ["release", "another time", "extend", "a closure"])
def test_a_visit_that_waits_is_never_the_hold_of_its_browser(over_the_limit, client, way):
    """Its row has a patient: what is done to a hold does nothing to it."""
    waiting, _ = over_the_limit
    until = waiting.held_until
    if way == "release":
        client.post(reverse("appointments:release", args=[waiting.uid]))
    elif way == "another time":
        times = reverse("appointments:choose_time", args=[waiting.place, waiting.service.slug])
        slot = f"{monday('10:00'):%Y-%m-%dT%H:%MZ}"
        assert client.post(times, {"slot": slot}).status_code == 302
        assert Appointment.objects.filter(status=Status.HELD).count() == 2
    elif way == "extend":
        assert not holds.extend(waiting)
    else:
        make_time_off(waiting.provider, monday().date())
        assert not detection.holds()
        holds.revoke([waiting.pk])
    waiting.refresh_from_db()
    assert (waiting.status, waiting.held_until) == (Status.HELD, until)


def test_the_length_of_a_visit_that_waits_is_not_that_of_the_next_booking(over_the_limit, client):
    """A longer service after a short visit that waits: only times where it fits are taken."""
    waiting, _ = over_the_limit
    long = make_service(providers=[waiting.provider], minutes=120, buffer_after=15, step=30)
    for service, clock, taken in (
        (long, "16:00", True),  # past closing at five
        (long, "13:00", True),  # into the visit that waits at two
        (long, "14:30", False),
        (waiting.service, "13:30", False),
        (waiting.service, "14:00", True),
    ):
        times = reverse("appointments:choose_time", args=[waiting.place, service.slug])
        answer = client.post(times, {"slot": f"{monday(clock):%Y-%m-%dT%H:%MZ}"})
        assert answer.status_code == (409 if taken else 302), (service.minutes, clock)


def test_staff_give_back_a_visit_that_waits_as_a_visit(over_the_limit, settings):
    waiting, _ = over_the_limit
    settings.STAFF_MFA_REQUIRED = False
    desk = signed_in("front desk", name="Robin Example")
    day = desk.get(reverse("admin:appointments_appointment_day", args=[monday().date()]))
    assert str(waiting.patient) in day.content.decode()
    desk.post(reverse("admin:appointments_appointment_holds"), {"release": waiting.pk})
    waiting.refresh_from_db()
    assert (waiting.status, waiting.changed_by) == (Status.RELEASED, "staff: Robin Example")


def test_the_address_gets_one_mail_that_asks_and_no_confirmation(over_the_limit):
    assert [email.template for email in OutgoingEmail.objects.all()] == ["appointment_confirm"]


def test_opening_the_link_changes_nothing_and_its_button_books(over_the_limit, client):
    waiting, _ = over_the_limit
    address = links.page(waiting, "confirm")
    assert client.get(address).status_code == 200
    waiting.refresh_from_db()
    assert waiting.status == Status.HELD
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == Status.BOOKED
    assert OutgoingEmail.objects.filter(template="appointment_booked").count() == 1


def test_confirming_too_late_shows_other_times(over_the_limit, client):
    waiting, _ = over_the_limit
    Appointment.objects.filter(pk=waiting.pk).update(status=Status.EXPIRED, held_until=None)
    make_appointment(service=waiting.service, starts_at=waiting.starts_at)
    response = client.post(links.page(waiting, "confirm"))
    assert response.status_code == 409
    assert b"See all times" in response.content


def test_the_visit_s_page_lists_the_other_visits_of_the_address(over_the_limit, client):
    waiting, _ = over_the_limit
    other = Appointment.objects.get(email=EMAIL.upper())
    assert links.page(other) in client.get(links.page(waiting)).content.decode()


def test_giving_it_back_frees_the_time_without_a_mail(over_the_limit, client):
    waiting, _ = over_the_limit
    client.post(links.page(waiting, "cancel"), {"reason": ""})
    waiting.refresh_from_db()
    assert waiting.status == Status.RELEASED
    assert not OutgoingEmail.objects.filter(template="appointment_cancelled").exists()
