"""The booking page: whom it finds, what it proposes, and what it begins with from other pages."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, Patient, Service
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    make_appointment,
    make_entry,
    make_patient,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db
BOOK = reverse("admin:appointments_appointment_book")
WHO = reverse("admin:appointments_appointment_book_who")


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk")


@pytest.fixture
def service() -> Service:
    return make_service(providers=[make_provider(name="Anna Berg")])


def page(client: Client, **asked: object) -> str:
    return client.get(f"{BOOK}?{urlencode(asked)}").text


def ticked(text: str, name: str) -> list[str]:
    parts = text.split(f'type="radio" name="{name}"')[1:]
    tags = [part.split(">")[0] for part in parts]
    return [tag.split('value="')[1].split('"')[0] for tag in tags if "checked" in tag]


def test_a_search_leads_on_to_the_booking_without_javascript_too(desk, service):
    patient = make_patient(first_name="Emmett", last_name="Alder")
    text = desk.post(WHO, {"q": "alder"}).text
    assert f"{BOOK}?patient={patient.pk}" in text
    assert "born 04/17/1988" in text


def test_without_a_patient_nothing_is_booked_and_the_page_says_what_is_missing(desk, service):
    text = desk.post(f"{BOOK}?service={service.pk}&state=TN", {"reason": "Urgent"}).text
    assert "find the patient first" in text
    assert not Appointment.objects.exists()


def test_what_they_had_last_is_proposed_and_a_first_visit_to_who_is_new(desk):
    provider = make_provider(name="Anna Berg")
    first = make_service(providers=[provider], audience="new")
    again = make_service(providers=[provider], audience="returning")
    visit = make_appointment(service=first, provider=provider)
    text = page(desk, patient=visit.patient_id)
    assert ticked(text, "service") == [str(again.pk)]
    assert ticked(text, "state") == ["TN"]
    assert f'<option value="{provider.pk}" selected>' in text
    assert ticked(desk.post(WHO, {"new": 1, "q": "Ngozi Okafor"}).text, "service") == [
        str(first.pk)
    ]


def test_the_name_that_was_looked_for_is_written_down(desk, service):
    text = desk.post(WHO, {"new": 1, "q": "Ngozi Okafor", "state": "TN"}).text
    assert 'value="Ngozi"' in text
    assert 'value="Okafor"' in text
    assert f'action="{BOOK}?new=1"' in text
    assert not Patient.objects.exists()


def test_what_is_searched_for_is_posted_and_stands_in_no_address(desk, service):
    patient = make_patient(first_name="Emmett", last_name="Alder")
    assert "Emmett" not in page(desk, q="emmett")
    assert desk.get(WHO, {"q": "emmett"}).status_code == 405
    whole = desk.post(WHO, {"q": "emmett"}).text
    part = desk.post(WHO, {"q": "emmett"}, headers={"HX-Request": "true"}).text
    for text in (whole, part):
        assert f"patient={patient.pk}" in text
        assert "q=emmett" not in text
    assert "<html" in whole
    assert "<html" not in part


def test_a_gap_of_the_day_is_ticked_and_a_time_outside_the_rules_asks_why(desk, service):
    who = service.providers.get()
    inside, outside = monday("10:00"), monday("20:00")
    asked = {"service": service.pk, "provider": who.pk, "state": "TN"}
    text = page(desk, starts_at=inside.isoformat(), **asked)
    assert ticked(text, "slot") == [f"{inside:%Y-%m-%dT%H:%MZ}/{who.pk}"]
    text = page(desk, starts_at=outside.isoformat(), **asked)
    assert ticked(text, "slot") == []
    assert 'value="8:00 pm"' in text
    assert "write why" in text


@pytest.mark.parametrize("wrong", ["soon", "2026-13-45T99:00", "2026-12-01T10:00", "9" * 99])
def test_a_wrong_address_is_a_page_all_the_same(desk, service, wrong):
    for name in ("starts_at", "patient", "service", "state", "provider", "day", "entry"):
        answer = desk.get(BOOK, {name: wrong})
        assert answer.status_code == 200, name


def test_fourteen_days_say_how_many_times_each_has(desk, service):
    day = f"{monday(weeks=3):%Y-%m-%d}"
    text = desk.get(f"{BOOK}times/", {"service": service.pk, "state": "TN", "day": day}).text
    assert text.count("16 free") == 14
    assert "<html" not in text


def test_who_is_found_is_in_the_trail_and_only_for_who_may_look(desk, service):
    patient = make_patient(first_name="Emmett", last_name="Alder")
    assert "Emmett" in desk.post(WHO, {"q": "emmett"}).text
    [row] = AuditEvent.objects.filter(model="appointments.patient")
    assert row.object_pks == [str(patient.pk)]
    editor = signed_in("editor")
    for address in (f"{BOOK}times/", f"{BOOK}?patient={patient.pk}"):
        assert editor.get(address).status_code == 403
    assert editor.post(WHO, {"q": "emmett"}).status_code == 403


def test_a_place_in_line_brings_along_who_waits_and_for_what(desk, service):
    entry = make_entry(service=service, first_name="Noor", last_name="Haddad")
    text = page(desk, entry=entry.pk)
    assert 'value="Noor"' in text
    assert ticked(text, "service") == [str(service.pk)]
