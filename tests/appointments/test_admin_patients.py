"""Staff find patients and put right what was mistyped; a patient stays one record."""

import pytest
from django.test import Client
from django.urls import reverse

from appointments.booking import patients
from appointments.models import Patient
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk")


def correct(client: Client, patient: Patient, **changes: str):
    data = {
        "first_name": patient.first_name,
        "last_name": patient.last_name,
        "birth_date": patient.birth_date.strftime("%m/%d/%Y"),
        "email": patient.email,
        "phone": str(patient.phone),
        "appointments-TOTAL_FORMS": 0,
        "appointments-INITIAL_FORMS": 0,
    }
    address = reverse("admin:appointments_patient_change", args=[patient.pk])
    return client.post(address, data | changes)


def test_a_corrected_patient_is_known_again_by_the_corrected_name(desk):
    patient = make_patient(last_name="Witfield")
    assert correct(desk, patient, last_name="Whitfield").status_code == 302
    patient.refresh_from_db()
    assert patients.remember(patient).pk == patient.pk
    assert Patient.objects.count() == 1


def test_a_correction_that_makes_two_patients_the_same_is_refused_beside_the_field(desk):
    there = make_patient(email="grace@example.org")
    typo = make_patient(email="grcae@example.org")
    answer = correct(desk, typo, email=there.email)
    assert "Another patient has this same name" in str(answer.context_data["errors"])
    assert list(answer.context_data["adminform"].form.errors) == ["email"]
    assert Patient.objects.get(pk=typo.pk).email == "grcae@example.org"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "grace@"),
        ("email", "g" * 300 + "@example.org"),
        ("phone", "12"),
        ("birth_date", "02/31/1990"),
        ("first_name", ""),
        ("last_name", "x" * 61),
    ],
)
def test_a_wrong_value_is_told_beside_its_field_and_kept(desk, field, typed):
    answer = correct(desk, make_patient(), **{field: typed})
    assert list(answer.context_data["adminform"].form.errors) == [field]
    assert answer.context_data["adminform"].form[field].value() == typed


def test_a_patients_page_lists_the_visits(desk):
    visit = make_appointment()
    page = desk.get(reverse("admin:appointments_patient_change", args=[visit.patient_id]))
    address = reverse("admin:appointments_appointment_change", args=[visit.pk])
    assert address in page.content.decode()
    follow_ups = reverse("admin:appointments_appointment_series", args=[visit.pk])
    assert follow_ups in page.content.decode()


def test_nobody_adds_or_deletes_a_patient(desk):
    patient = make_patient()
    assert desk.get(reverse("admin:appointments_patient_add")).status_code == 403
    delete = reverse("admin:appointments_patient_delete", args=[patient.pk])
    assert desk.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("words", ["whitfield", "grace@clinic", "615 555 0117"])
def test_a_search_finds_name_address_and_phone(desk, words):
    found = make_patient(email="grace@clinic.test")
    make_patient(
        first_name="Noor", last_name="Amiri", email="noor@clinic.test", phone="+16155550142"
    )
    answer = desk.get(reverse("admin:appointments_patient_changelist"), {"q": words})
    assert [row.pk for row in answer.context["cl"].result_list] == [found.pk]


def test_a_corrected_address_reaches_upcoming_visits_and_gets_the_confirmation_once(desk):
    patient = make_patient(email="jrodan@example.org")
    visit = make_appointment(patient=patient)
    with_another = make_appointment(patient=patient, email="mother@example.org")
    for _ in range(2):
        correct(desk, patient, email="jordan@example.org")
    visit.refresh_from_db()
    with_another.refresh_from_db()
    assert visit.email == "jordan@example.org"
    assert visit.changed_by.startswith("staff: ")
    assert with_another.email == "mother@example.org"
    told = OutgoingEmail.objects.values_list("to", "template")
    assert sorted(told) == [
        ("jordan@example.org", "appointment_booked"),
        ("jrodan@example.org", "appointment_address_corrected"),
    ]
