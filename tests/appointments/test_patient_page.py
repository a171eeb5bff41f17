"""A patient's page: to read first, to edit as a mode, whole with 500 visits and without e-mail."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appointments.emails import visit_emails
from appointments.models import Appointment, Consent, ConsentText, Patient, PatientNote, Status
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_entry, make_patient, make_service, monday

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk() -> Client:
    return signed_in("front desk")


def page_of(patient: Patient) -> str:
    return reverse("admin:appointments_patient_change", args=[patient.pk])


def many_visits(patient: Patient, number: int) -> None:
    service, now = make_service(), timezone.now()
    for nth in range(number):
        make_appointment(
            patient=patient,
            service=service,
            starts_at=now - timedelta(days=nth + 1),
            status=Status.COMPLETED,
        )


def test_it_is_read_first_and_edited_by_a_button_that_leads_back(desk):
    patient = make_patient()
    page = desk.get(page_of(patient))
    assert 'name="first_name"' not in page.text
    assert 'href="?edit=1"' in page.text
    form = desk.get(page_of(patient), {"edit": "1"})
    assert 'name="first_name"' in form.text
    sent = {"first_name": "Gracia", "last_name": "W", "birth_date": "04/17/1988"}
    sent |= {"email": patient.email, "phone": "615-555-0117"}
    answer = desk.post(page_of(patient) + "?edit=1", sent)
    assert answer.url == page_of(patient)
    assert "Gracia W" in desk.get(page_of(patient)).text


def test_it_says_what_is_next_what_was_and_what_was_agreed_to(desk):
    visit = make_appointment(starts_at=monday("10:00"))
    patient = visit.patient
    make_appointment(patient=patient, service=visit.service, starts_at=monday("10:00", weeks=3))
    make_appointment(
        patient=patient,
        service=visit.service,
        starts_at=timezone.now() - timedelta(days=9),
        status=Status.NO_SHOW,
    )
    for text in ConsentText.current():
        Consent.objects.create(appointment=visit, text=text, given=timezone.now(), page="p")
    visit_emails.confirmation(visit)
    make_entry(
        service=visit.service,
        first_name=patient.first_name,
        last_name=patient.last_name,
        email=patient.email,
        birth_date=patient.birth_date,
    )
    shown = desk.get(page_of(patient)).context_data
    assert shown["next_visit"].visit == visit
    assert [number for _label, number in shown["counts"]] == [2, 0, 1, 0]
    assert [kind for _mail, kind, _when in shown["mail_rows"]] == ["Confirmation"]
    assert {each["times"] for each in shown["consents"]} == {1}
    assert shown["places"].count == 1


def test_the_trail_names_everybody_on_it(desk):
    visit = make_appointment()
    alike = make_patient(email="else@example.org")
    desk.get(page_of(visit.patient))
    named = AuditEvent.objects.filter(action="view").values_list("model", "object_pks")
    found = {(model, pk) for model, pks in named for pk in pks}
    assert found >= {
        ("appointments.patient", str(visit.patient_id)),
        ("appointments.patient", str(alike.pk)),
        ("appointments.appointment", str(visit.pk)),
    }


def test_500_visits_are_cut_into_pages_and_cost_no_more_queries(desk):
    few, many = make_patient(), make_patient(last_name="Many")
    many_visits(few, 3)
    many_visits(many, 60)
    desk.get(page_of(few))
    with CaptureQueriesContext(
        connection,
    ) as of_few:
        desk.get(page_of(few))
    with CaptureQueriesContext(connection) as of_many:
        first = desk.get(page_of(many))
    assert len(of_many) <= len(of_few) + 1
    assert len(first.context_data["visit_rows"]) == 10
    assert 'href="?visits=2#visits"' in first.text
    last = desk.get(page_of(many), {"visits": "6", "mails": "x"})
    assert len(last.context_data["visit_rows"]) == 10
    assert desk.get(page_of(many), {"visits": "99999999999999999999"}).status_code == 200


def test_without_an_address_it_holds_as_well(desk):
    """Rows of a site that asks for none are shown, looked alike and exported like any other."""
    one, other = make_patient(email="", phone=""), make_patient(email="", last_name="Else")
    page = desk.get(page_of(one))
    assert page.status_code == 200
    assert "there is no e-mail address" in page.text
    assert page.context_data["alike"] == []
    assert other.email == ""


def test_who_may_only_look_sees_no_form_and_changes_nothing(client):
    looker = signed_in("front desk")
    user = looker.get("/admin/").wsgi_request.user
    user.groups.clear()
    from django.contrib.auth.models import Permission

    user.user_permissions.add(Permission.objects.get(codename="view_patient"))
    patient = make_patient()
    assert "?edit=1" not in looker.get(page_of(patient)).text
    assert 'name="first_name"' not in looker.get(page_of(patient), {"edit": "1"}).text
    assert looker.post(page_of(patient), {"first_name": "X"}).status_code == 403
    notes = reverse("admin:appointments_patient_notes", args=[patient.pk])
    assert looker.post(notes, {"text": "x"}).status_code == 403


# ── notes ──


def notes_of(patient: Patient) -> str:
    return reverse("admin:appointments_patient_notes", args=[patient.pk])


def test_a_note_says_who_wrote_it_and_when_and_leads_back_to_where_it_was_written(desk):
    visit = make_appointment()
    sent = {"text": "Call after 4 pm.\nAsk for Ann.", "pinned": "on", "visit": visit.pk}
    answer = desk.post(notes_of(visit.patient), sent | {"next": "/admin/"})
    assert answer.url == "/admin/#notes"
    note = PatientNote.objects.get()
    assert (note.appointment, note.pinned, note.written_by) == (visit, True, "Robin Example")
    page = desk.get(page_of(visit.patient)).text
    assert "Call after 4 pm.<br>Ask for Ann." in page
    assert "Robin Example" in page
    assert AuditEvent.objects.filter(action="change", object_pks=[str(visit.patient_id)]).exists()


def test_a_visit_s_page_shows_the_notes_and_marks_its_own(desk):
    visit = make_appointment()
    page = reverse("admin:appointments_appointment_change", args=[visit.pk])
    desk.post(notes_of(visit.patient), {"text": "Rings twice"})
    desk.post(notes_of(visit.patient), {"text": "Late", "visit": visit.pk, "next": page})
    shown = desk.get(page)
    assert "Rings twice" in shown.text
    assert [row["here"] for row in shown.context_data["note_rows"]] == [True, False]
    assert f'name="next" value="{page}"' in shown.text


def test_a_struck_note_stays_to_be_read_and_cannot_be_struck_or_pinned_again(desk):
    patient = make_patient()
    desk.post(notes_of(patient), {"text": "Wrong person", "pinned": "on"})
    note = PatientNote.objects.get()
    desk.post(notes_of(patient), {"step": "strike", "note": note.pk})
    desk.post(notes_of(patient), {"step": "pin", "note": note.pk})
    note.refresh_from_db()
    assert (note.text, note.struck_by, note.pinned) == ("Wrong person", "Robin Example", False)
    assert "<s>Wrong person</s>" in desk.get(page_of(patient)).text


def test_pinned_notes_stand_first(desk):
    patient = make_patient()
    for text in ("first", "second", "third"):
        desk.post(notes_of(patient), {"text": text})
    first = PatientNote.objects.get(text="first")
    desk.post(notes_of(patient), {"step": "pin", "note": first.pk})
    shown = desk.get(page_of(patient)).context_data["note_rows"]
    assert [row["note"].text for row in shown] == ["first", "third", "second"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_a_note_that_is_none_is_told_beside_its_field_and_kept(desk, text):
    patient = make_patient()
    answer = desk.post(notes_of(patient), {"text": text})
    assert answer.status_code == 200
    assert answer.context_data["note_form"].errors["text"]
    assert f">\n{text}</textarea>" in answer.text
    assert not PatientNote.objects.exists()


@pytest.mark.parametrize("sent", [{"note": "x"}, {"note": "999999999999999999999"}, {}])
def test_a_note_of_somebody_else_is_not_touched(desk, sent):
    patient, other = make_patient(), make_patient()
    desk.post(notes_of(other), {"text": "Theirs"})
    note = PatientNote.objects.get()
    for step in ("strike", "pin", "erase"):
        desk.post(notes_of(patient), {"step": step, "note": note.pk} | sent)
    note.refresh_from_db()
    assert (note.struck_at, note.pinned) == (None, False)
    assert Appointment.objects.count() == 0


def test_a_note_leads_to_no_other_site(desk):
    patient = make_patient()
    answer = desk.post(notes_of(patient), {"text": "x", "next": "https://evil.example/"})
    assert answer.url == f"{page_of(patient)}#notes"
