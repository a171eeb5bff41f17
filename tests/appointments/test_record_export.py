"""All that the clinic holds about a patient goes into one file; the trail says who took it."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.emails import visit_emails
from appointments.models import Appointment, Consent, ConsentText, Patient, Status
from appointments.patient_records import export_pdf, notes
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_entry, make_patient, make_service

pytestmark = pytest.mark.django_db
DETAILS = {"first_name": "Zoë", "last_name": "Łukaszewicz <b>", "email": "zoe@example.org"}


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def manager() -> Client:
    return signed_in("manager", name="Mona Manager")


@pytest.fixture
def visit() -> Appointment:
    """Of a patient of whom there is something of every kind."""
    visit = make_appointment(patient=make_patient(**DETAILS), booked_by="Ann Callerson")
    for text in ConsentText.current():
        Consent.objects.create(appointment=visit, text=text, given=timezone.now(), page="p")
    visit_emails.confirmation(visit)
    make_entry(service=visit.service, **DETAILS, birth_date=visit.patient.birth_date)
    notes.write(visit.patient, "Rings twice", by="Dana Desk")
    struck = notes.write(visit.patient, "Wrong person", by="Dana Desk")
    notes.strike(struck, by="Mona Manager")
    return visit


def export(client: Client, patient: Patient, kind: str):
    address = reverse("admin:appointments_patient_export", args=[patient.pk])
    return client.post(address, {"kind": kind})


def test_the_file_holds_what_is_held_of_every_kind(manager, visit):
    answer = export(manager, visit.patient, "json")
    record = json.loads(answer.content)
    assert record["exported"]["by"] == "Mona Manager"
    assert record["record"]["last name"] == DETAILS["last_name"]
    [there] = record["visits"]
    assert (there["id"], there["booked by"]) == (str(visit.uid), "Ann Callerson")
    assert len(there["agreed to"]) == len(ConsentText.current())
    assert {text["words"] for text in record["texts that were agreed to"]} == {
        text.text for text in ConsentText.current()
    }
    assert [note["text"] for note in record["notes of the staff"]] == [
        "Rings twice",
        "Wrong person",
    ]
    assert [mail["to"] for mail in record["e-mails"]] == [DETAILS["email"]]
    assert len(record["waitlist"]) == 1
    assert record["calls"] == []


def test_no_key_leaves_with_it_and_its_name_tells_nothing(manager, visit):
    answer = export(manager, visit.patient, "json")
    text = answer.content.decode()
    assert visit.key not in text
    assert "http" not in text
    assert visit.patient.match_key not in text
    name = f'attachment; filename="record-{visit.patient_id}.json"'
    assert answer["Content-Disposition"] == name
    assert "no-store" in answer["Cache-Control"]


def test_the_trail_names_who_took_it_and_the_page_shows_that(manager, visit):
    address = reverse("admin:appointments_patient_export", args=[visit.patient_id])
    manager.get(address)
    assert not AuditEvent.objects.filter(action="export").exists()
    export(manager, visit.patient, "pdf")
    named = AuditEvent.objects.filter(action="export").values_list("model", "object_pks")
    assert set(named and [(model, pks[0]) for model, pks in named]) == {
        ("appointments.patient", str(visit.patient_id)),
        ("appointments.appointment", str(visit.pk)),
    }
    assert "Mona Manager" in manager.get(address).text or "staff" in manager.get(address).text


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor"])
def test_others_export_nothing(role, visit):
    client = signed_in(role)
    for kind in ("json", "pdf", ""):
        assert export(client, visit.patient, kind).status_code == 403
    assert not AuditEvent.objects.filter(action="export").exists()


@pytest.mark.parametrize("kind", ["", "xml", "../json"])
def test_what_is_no_kind_leads_to_the_page_again(manager, visit, kind):
    answer = export(manager, visit.patient, kind)
    assert answer.status_code == 200
    assert "Download as PDF" in answer.text


def test_the_pdf_can_be_read_with_every_letter_of_a_name(manager, visit):
    answer = export(manager, visit.patient, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.rstrip().endswith(b"%%EOF")


def test_letters_that_the_font_lacks_are_counted():
    export_pdf._styles()
    assert export_pdf._not_shown("Zoë Łukaszewicz, Nguyễn Ánh, Иван, Γιώργος") == 0
    assert export_pdf._not_shown("王小明") == 3


def test_500_visits_fit_into_both(manager):
    patient, service, now = make_patient(), make_service(), timezone.now()
    for nth in range(60):
        make_appointment(
            patient=patient,
            service=service,
            starts_at=now - timedelta(days=nth + 1),
            status=Status.COMPLETED,
        )
    assert len(json.loads(export(manager, patient, "json").content)["visits"]) == 60
    assert len(BytesIO(export(manager, patient, "pdf").content).getvalue()) > 20_000
