"""Staff find a person by whatever they hear on the phone, in every list where people stand."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from appointments.admin import patient_search
from appointments.admin.patients import PatientAdmin
from appointments.models import Appointment, Patient
from core.database import word_search
from core.people.name_matching import Plain, plain
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_entry, make_patient, make_service, monday

pytestmark = pytest.mark.django_db

ONEAL = {"first_name": "D’Andre", "last_name": "O’Neal", "birth_date": date(1988, 1, 2)}
NUNEZ = {"first_name": "Zoë-Łucja", "last_name": "Núñez Bjørn", "birth_date": date(2005, 12, 31)}
LAP = {"first_name": "Over", "last_name": "Lap", "birth_date": date(1970, 10, 11)}
FOUND = {
    "oneal": [
        *("D'Andre O'Neal", "D’Andre O’Neal", "dandre oneal", "DANDRE", "O Neal", "O´Neal"),
        *(
            "o‘neal, d‘andre",
            "D'Andre-O'Neal",
            "oneal",
            "  O'Neal  ",
            "D\u2019Andre\u00a0O\u02bcNeal",
        ),
        *("1/2/1988", "01/02/1988", "1-2-88", "01-02-88", "01.02.1988", "1/2/'88", "010288"),
        *("Jan 2 1988", "January 2, 1988", "jan. 2nd, 1988", "2 Jan 1988", "2-Jan-88"),
        *("19880102", "01021988", "1988-01-02", "1988/1/2", "1 2 1988", "O'Neal 1/2/1988"),
        *("6155550117", "(615) 555-0117", "615.555.0117", "615 555 0117", "615–555–0117"),
        *("+1 615 555 0117", "1-615-555-0117", "16155550117", "tel:+16155550117", "555-0117"),
        *("0117", "55011", "5550117", "117", "615-555-0117 ext. 5", "O'Neal 555-0117"),
        *("Neal 0117", "andre@clinic.test"),
    ],
    "nunez": [
        "nunez",
        "NUÑEZ",
        "Nu\u0301n\u0303ez",
        "zoe lucja",
        "Zoelucja",
        "bjorn",
        "12/31/05",
        "0142",
    ],
    "lap": ["Lap, Over", "Over Lap", "lap over", "Lap,Over", "overlap", "over@", "10/11/1970"],
}
WORDS = [(whose, term) for whose, terms in FOUND.items() for term in terms]
# By who heard them on the phone: letters that are others, missing, doubled or swapped.
MISTYPED = {
    "oneal": ["ONeel", "onael", "Dandree", "Deandre Oneal", "dandre oneil", "Dandrea 1/2/1988"],
    "nunez": ["nunes", "Nuñes", "bjron", "Zoe Nunes"],
}
NOTHING = [
    "1/2/1989",
    "0118",
    "017",
    "D'Andre Nunez",
    "O'Neal 1/3/1988",
    "'",
    "--",
    "02/30/1988",
    "%",
    "_",
    "12",
    "O'Hara",
    "Karen",
    "Dandree 1/3/1988",
    "Zoe Lucia Smith",
]


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk() -> Client:
    return signed_in("front desk")


def search(desk: Client, model: str, term: str) -> list[str]:
    """The first names of whom the list shows."""
    answer = desk.get(reverse(f"admin:appointments_{model}_changelist"), {"q": term})
    assert answer.status_code == 200
    rows = answer.context["cl"].result_list
    return [(row.patient if model == "appointment" else row).first_name for row in rows]


@pytest.fixture
def people() -> dict[str, str]:
    """Each once in every list; their first names."""
    service = make_service()
    for who, email, phone in (
        (ONEAL, "andre@clinic.test", "+16155550117"),
        (NUNEZ, "z@clinic.test", "+16155550142;ext=77"),
        (LAP, "over@clinic.test", "+16295550163"),
    ):
        patient = make_patient(**who, email=email, phone=phone)
        make_appointment(patient=patient, service=service, status="cancelled")
        make_entry(service=service, **who, email=email, phone=phone)
    return {"oneal": "D’Andre", "nunez": "Zoë-Łucja", "lap": "Over"}


def test_people_are_found_however_somebody_spells_them(people):
    listed = PatientAdmin(Patient, admin.site)
    for whose, terms in FOUND.items():
        for term in terms:
            rows, _doubled = listed.get_search_results(None, Patient.objects.all(), term)
            assert {row.first_name for row in rows} == {people[whose]}, term


def test_a_name_is_found_with_a_slip_of_the_pen(desk, people):
    listed = PatientAdmin(Patient, admin.site)
    for whose, terms in MISTYPED.items():
        for term in terms:
            rows, _doubled = listed.get_search_results(None, Patient.objects.all(), term)
            assert {row.first_name for row in rows} == {people[whose]}, term
    assert search(desk, "appointment", "dandre onael") == ["D’Andre"]


@pytest.mark.parametrize("model", ["patient", "appointment", "waitlistentry"])
@pytest.mark.parametrize("term", ["O'Neal", "1-2-88", "0117", "D’Andre (615) 555-0117"])
def test_in_every_list_where_they_stand(desk, people, model, term):
    assert search(desk, model, term) == ["D’Andre"]


@pytest.mark.parametrize("term", NOTHING)
def test_nobody_is_found_by_what_is_not_theirs(desk, people, term):
    assert search(desk, "patient", term) == []


def test_who_called_for_somebody_finds_the_visit_and_the_place(desk):
    visit = make_appointment(booked_for="other", booked_by="Renée O’Hara")
    make_entry(service=visit.service, booked_for="other", booked_by="Renée O’Hara")
    assert search(desk, "appointment", "Renee O'Hara") == ["Grace"]
    assert search(desk, "waitlistentry", "ohara") == ["Grace"]


@pytest.mark.parametrize(
    "name",
    [
        *("D'Andre O’Neal", "Łukasz Ørsted", "José MARÍA-Núñez", "Jose\u0301", "O´Neal", "Straße"),
        *("Æsir", "ＧＲＡＣＥ", "Пётр", "Nguyễn Thị", "O ʻOkina", "a\u200bb\u00adc", "J. R.", "ﬁn"),
        *("علی\u200cرضا", 'Smith, Jr. "Bob"', "a‑b–c—d−e", "한국", "x²", "\\d [a] (b)"),
    ],
)
def test_python_and_the_database_spell_a_name_alike(name):
    patient = make_patient(first_name=name, last_name="")
    patient.refresh_from_db()
    assert patient.search_name == plain(name)
    assert type(patient).objects.alias(p=Plain("first_name")).filter(p=plain(name)).exists()


@pytest.mark.parametrize(
    "order", [("starts_at", "pk"), ("-starts_at", "-pk"), ("held_until", "-pk"), ("state", "pk")]
)
def test_of_more_than_a_search_shows_those_are_found_that_come_first(order, monkeypatch):
    monkeypatch.setattr(word_search, "MOST_FOUND", 2)
    service, days = make_service(), (3, 1, 4, 2, 5)
    for day in days:
        make_appointment(service=service, starts_at=monday() + timedelta(days=day))
    rows = Appointment.objects.order_by(*order)
    found = patient_search.find_visits(rows, "Grace")
    assert list(found) == list(rows[:3]), "one more than are shown: then there are more"
