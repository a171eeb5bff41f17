"""The next visit is booked from the last one in two taps, with the same provider."""

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, ConsentText, Provider, Service, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import (
    make_appointment,
    make_consent_texts,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.portal.agreed import agree_to_all
from tests.portal.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Provider:
    return make_provider(name="Dana Whitlow")


@pytest.fixture
def again(provider) -> Service:
    other = make_provider(name="Anna Berg")
    return make_service(
        name="Follow-up", audience="returning", proof_required=True, providers=[other, provider]
    )


@pytest.fixture
def last(provider, again) -> Appointment:
    """A first visit that took place, with its consents."""
    first = make_service(name="First visit", audience="new", providers=[provider])
    visit = make_appointment(
        service=first,
        provider=provider,
        patient=make_patient(),
        starts_at=monday(weeks=-2),
        status=Status.COMPLETED,
        contact="call",
    )
    make_consent_texts()
    agree_to_all(visit)
    return visit


@pytest.fixture
def client(last) -> Client:
    client = Client()
    sign_in(client, last.patient)
    return client


def page(visit: Appointment) -> str:
    return reverse("portal:follow_up", args=[visit.pk])


def slot(clock: str = "10:00") -> str:
    return booking_steps.slot(monday(clock, weeks=1))


def booked(last: Appointment) -> list[Appointment]:
    return list(Appointment.objects.filter(patient=last.patient, status=Status.BOOKED))


def test_two_taps_book_the_follow_up_with_the_same_provider(client, last, again):
    home = client.get("/me/").content.decode()
    first_tap = f"{page(last)}?with={last.provider.slug}"
    assert f'href="{first_tap}"' in home
    times = client.get(f"{first_tap}&day={monday(weeks=1):%Y-%m-%d}").content.decode()
    assert f'value="{slot()}"' in times
    answer = client.post(page(last), {"slot": slot(), "with": last.provider.slug})
    [visit] = booked(last)
    assert answer.url == reverse("portal:visit", args=[visit.pk]) + "?just=booked"
    assert (visit.service, visit.provider) == (again, last.provider)
    assert (visit.contact, visit.email, visit.proved) == ("call", last.patient.email, True)
    assert "You are booked" in client.get(answer.url).content.decode()
    mail = OutgoingEmail.objects.get(template="appointment_booked")
    assert mail.to == last.patient.email


def test_what_was_agreed_to_before_is_proved_by_when_and_where_that_was(client, last):
    client.post(page(last), {"slot": slot(), "with": last.provider.slug})
    [visit] = booked(last)
    before = {(c.text_id, c.given, c.page, c.language) for c in last.consents.all()}
    assert {(c.text_id, c.given, c.page, c.language) for c in visit.consents.all()} == before
    assert before


def test_a_text_that_has_changed_is_asked_about_before_the_time_is_booked(client, last):
    ConsentText.objects.create(kind="telehealth", version=9, text="Something new")
    chosen = {"slot": slot(), "with": last.provider.slug}
    asked = client.post(page(last), chosen)
    assert (asked.status_code, booked(last)) == (200, [])
    assert "Something new" in asked.content.decode()
    refused = client.post(page(last), chosen | {"asked": "1"})
    assert (refused.status_code, booked(last)) == (400, [])
    agreed = {f"agree_{text.kind}": text.pk for text in ConsentText.current()} | {"asked": "1"}
    assert client.post(page(last), chosen | agreed).status_code == 302
    [visit] = booked(last)
    assert {consent.page for consent in visit.consents.all()} == {"portal:follow_up"}
    assert "Something new" in {consent.text.text for consent in visit.consents.all()}


def test_a_second_tap_books_no_second_visit(client, last):
    chosen = {"slot": slot(), "with": last.provider.slug}
    first, second = client.post(page(last), chosen), client.post(page(last), chosen)
    assert first.url == second.url
    assert len(booked(last)) == 1


def test_who_has_another_visit_then_is_told_so(client, last, provider):
    other = make_service(name="Other", providers=[make_provider(name="Somebody Else")])
    make_appointment(service=other, patient=last.patient, starts_at=monday("10:00", weeks=1))
    answer = client.post(page(last), {"slot": slot(), "with": provider.slug})
    assert answer.status_code == 409
    assert "You have another visit at that time" in answer.content.decode()
    assert len(booked(last)) == 1


def test_who_was_a_moment_slower_sees_other_times_to_take_here(client, last, again, provider):
    taken = monday("10:00", weeks=1)
    make_appointment(service=again, provider=provider, patient=make_patient(), starts_at=taken)
    answer = client.post(page(last), {"slot": slot(), "with": provider.slug})
    assert answer.status_code == 409
    assert f'action="{page(last)}"' in answer.content.decode()


def test_nothing_follows_with_a_provider_who_has_left_and_booking_begins_anew(client, last):
    Provider.objects.filter(pk=last.provider_id).update(active=False)
    answer = client.get(page(last))
    assert answer.url == reverse("appointments:choose_service", args=[last.place])
