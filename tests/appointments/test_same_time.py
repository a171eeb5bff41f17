"""Nobody is booked twice in the same minute without being asked, whoever books."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from appointments import cookies, links
from appointments.booking import visits
from appointments.models import Appointment, Patient, Status
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_many_visits import EMAIL
from tests.appointments.test_many_visits import typed as typed_online
from tests.appointments.test_staff_book import page_for, typed, when
from tests.factories import (
    make_appointment,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
GRACE = {
    "first_name": "Grace",
    "last_name": "Whitfield",
    "birth_date": date(1988, 4, 17),
}


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk", name="Robin Example")


def two_providers():
    one, other = make_provider(), make_provider()
    return one, other, make_service(providers=[one, other])


def book(client: Client, service, provider, starts_at=None, **changes):
    data = typed(**when(starts_at or monday(), provider) | changes)
    return client.post(page_for(service), data)


def booked() -> list[Appointment]:
    return list(Appointment.objects.filter(status=Status.BOOKED).order_by("pk"))


def words(answer) -> str:
    return html.unescape(answer.text)


# ── staff ──


def test_the_same_form_sent_twice_books_once_and_says_so(desk):
    one, _other, service = two_providers()
    assert book(desk, service, one).status_code == 302
    answer = book(desk, service, one)
    [visit] = booked()
    assert answer.status_code == 409
    assert "This visit is booked already. It was not booked a second time." in words(answer)
    page = reverse("admin:appointments_appointment_change", args=[visit.pk])
    assert f'href="{page}"' in answer.text
    assert OutgoingEmail.objects.filter(template="appointment_booked").count() == 1


def test_after_it_was_cancelled_the_same_form_books_again(desk):
    one, _other, service = two_providers()
    book(desk, service, one)
    visits.cancel(booked()[0], by="staff: test")
    assert book(desk, service, one).status_code == 302


@pytest.mark.parametrize("clock", ["10:00", "09:30", "10:30"])
def test_another_visit_at_the_same_time_is_asked_about_and_booked_after_the_yes(desk, clock):
    one, other, service = two_providers()
    hour = make_service(providers=[other], minutes=60, step=30)
    book(desk, service, one)
    answer = book(desk, hour, other, monday(clock))
    if clock == "10:30":  # they only touch
        assert answer.status_code == 302
        return
    assert answer.status_code == 409
    assert "The patient has another visit at that time." in words(answer)
    assert one.name in words(answer)
    assert 'value="Whitfield"' in answer.text
    [first] = booked()
    assert book(desk, hour, other, monday(clock), beside=str(first.pk + 7)).status_code == 409
    assert book(desk, hour, other, monday(clock), beside=str(first.pk)).status_code == 302
    assert len(booked()) == 2


def test_another_patient_is_no_obstacle(desk):
    one, other, service = two_providers()
    book(desk, service, one)
    assert book(desk, service, other, first_name="Noor", patient="new").status_code == 302


def test_a_visit_in_a_record_that_theirs_was_merged_into_is_asked_about_too(desk):
    one, other, service = two_providers()
    book(desk, service, one)
    [first] = booked()
    keeps = make_patient(
        first_name="Gracie", **{n: v for n, v in GRACE.items() if n != "first_name"}
    )
    Appointment.objects.filter(pk=first.pk).update(patient=keeps)
    Patient.objects.filter(pk=first.patient_id).update(merged_into=keeps)
    assert book(desk, service, other).status_code == 409
    assert booked() == [first]


def test_moving_a_visit_onto_another_of_the_same_patient_is_asked_about(desk):
    one, other, service = two_providers()
    patient = make_patient()
    first = make_appointment(service=service, provider=one, patient=patient)
    second = make_appointment(
        service=service, provider=other, patient=patient, starts_at=monday("14:00")
    )
    page = reverse("admin:appointments_appointment_move", args=[second.pk])
    answer = desk.post(page, when(monday(), other))
    assert answer.status_code == 409
    assert "another visit at that time" in words(answer)
    answer = desk.post(page, when(monday(), other) | {"beside": str(first.pk)})
    assert answer.status_code == 302


def series(desk, visit, **changes):
    page = reverse("admin:appointments_appointment_series", args=[visit.pk])
    page += f"?every=weekly&number=2&service={visit.service_id}&provider={visit.provider_id}"
    form = next(form for form in read_forms(desk.get(page).text) if "row-0" in form.choices)
    agreed = {name: form.choices[name][0] for name in form.choices if name.startswith("agree_")}
    return page, form.sent(**agreed, **changes)


def test_a_series_sent_twice_is_booked_once_and_says_so(desk):
    one, _other, service = two_providers()
    visit = make_appointment(service=service, provider=one)
    page, data = series(desk, visit)
    assert desk.post(page, data).status_code == 302
    answer = desk.post(page, data)
    assert answer.status_code == 409
    assert "These visits are booked already." in words(answer)
    assert len(booked()) == 3


def test_a_series_over_another_visit_of_the_patient_is_marked_and_asked_about(desk):
    one, other, service = two_providers()
    visit = make_appointment(service=service, provider=one)
    there = make_appointment(
        service=service, provider=other, patient=visit.patient, starts_at=monday(weeks=2)
    )
    page, data = series(desk, visit)
    assert "The patient has a visit then" in words(desk.get(page))
    answer = desk.post(page, data)
    assert answer.status_code == 409
    assert len(booked()) == 2
    assert desk.post(page, data | {"beside": str(there.pk)}).status_code == 302
    assert len(booked()) == 4


# ── online ──


def book_online(client: Client, hold: Appointment, visitor: str):
    client.cookies[cookies.cookie_name(cookies.COOKIE)] = visitor
    return client.post(reverse("appointments:details", args=[hold.uid]), typed_online(hold))


@pytest.fixture
def second(client) -> tuple[Appointment, Appointment]:
    """Grace has a visit at ten, and somebody books another at ten by her name and address."""
    one, other, service = two_providers()
    grace = make_patient(**GRACE, email=EMAIL)
    first = make_appointment(service=service, provider=one, patient=grace)
    hold = make_hold(visitor="visitor-number-two", service=service, provider=other)
    book_online(client, hold, "visitor-number-two")
    hold.refresh_from_db()
    return first, hold


def test_online_the_mailbox_is_asked_and_the_page_tells_a_stranger_nothing(second, client):
    first, waiting = second
    assert (waiting.status, waiting.patient) == (Status.HELD, first.patient)
    [mail] = OutgoingEmail.objects.all()
    assert (mail.template, mail.to) == ("appointment_confirm", EMAIL)
    assert "Do you want this one too?" in mail.text
    done = words(client.get(links.handed_page(waiting)))
    assert first.provider.name not in done


def test_the_mailed_page_names_the_other_visit_and_books_both_only_after_a_yes(second, client):
    first, waiting = second
    page = links.page(waiting, "confirm")
    shown = client.get(page)
    assert "You have another visit at the same time:" in words(shown)
    assert first.provider.name in words(shown)
    assert links.page(first) in shown.text
    assert client.post(page).status_code == 409  # not asked: it was booked meanwhile
    form = next(form for form in read_forms(shown.text) if "beside" in form.fields)
    assert client.post(page, form.fields).status_code == 302
    assert booked() == [first, waiting]


def test_a_visit_that_only_touches_is_booked_at_once(client):
    one, other, service = two_providers()
    grace = make_patient(**GRACE, email=EMAIL)
    make_appointment(service=service, provider=one, patient=grace)
    hold = make_hold(
        visitor="visitor-number-two", service=service, provider=other, starts_at=monday("10:30")
    )
    book_online(client, hold, "visitor-number-two")
    assert len(booked()) == 2


def test_by_a_mailed_link_a_move_onto_another_visit_is_asked_about(client):
    one, other, service = two_providers()
    grace = make_patient(**GRACE, email=EMAIL)
    first = make_appointment(service=service, provider=one, patient=grace)
    later = make_appointment(
        service=service, provider=other, patient=grace, starts_at=monday("14:00")
    )
    page, slot = links.page(later, "reschedule"), {"slot": f"{monday():%Y-%m-%dT%H:%MZ}"}
    answer = client.post(page, slot)
    assert answer.status_code == 409
    assert "You have another visit at that time:" in words(answer)
    beside = re.search(r'name="beside" value="(\d+),"', answer.text)
    assert beside
    assert beside[1] == str(first.pk)
    assert client.post(page, slot | {"beside": beside[1]}).status_code == 302
    later.refresh_from_db()
    assert later.starts_at == monday()


# ── at the same instant ──


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_book_one_patient_with_two_providers_at_once_one_is_asked():
    one, other, service = two_providers()
    clients = [signed_in("front desk") for _ in range(2)]
    clients[0].get("/admin/")

    def run(client: Client, provider) -> int:
        try:
            return book(client, service, provider).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = pool.map(run, clients, (one, other))
    assert sorted(found) == [302, 409]
    assert (len(booked()), Patient.objects.count()) == (1, 1)
