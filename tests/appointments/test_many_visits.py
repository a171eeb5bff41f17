"""An address with many upcoming visits: the page answers as usual, the mail asks once more."""

import pytest
from django.test import Client
from django.urls import reverse

from appointments import links, visitors
from appointments.models import Appointment, ClinicRules, ConsentText, Status
from curednation.mail.models import OutgoingEmail
from tests.factories import make_appointment, make_hold, make_service, monday

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
    client.cookies[visitors.cookie_name(visitors.COOKIE)] = visitor
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


def test_the_page_looks_as_if_it_were_booked(over_the_limit, client):
    waiting, page = over_the_limit
    assert waiting.status == Status.HELD
    service = make_service()
    hold = held("visitor-number-ordinary", service=service)
    Appointment.objects.filter(email__iexact=EMAIL, status=Status.BOOKED).update(email="x@y.org")
    booked = client.get(book(client, hold, "visitor-number-ordinary").url)
    heading = page.content.decode().split("<h1>")[1].split("</h1>")[0]
    assert page.status_code == booked.status_code == 200
    assert f"<h1>{heading}</h1>" in booked.content.decode()


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
