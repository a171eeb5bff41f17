"""How somebody wants to be reached is chosen inside once, and holds everywhere."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from appointments.booking import follow_ups, moves, staff_booking, visits
from appointments.booking.patients import PatientDetails
from appointments.booking.staff_booking import WantedVisit
from appointments.models import Appointment, Call, Patient
from appointments.patient_records import erasure, export
from core.mail.models import OutgoingEmail
from core.sms import consents
from core.sms.models import OutgoingText, SmsConsent
from portal import contact_preferences
from portal.models import ContactPreferences
from tests.appointments import booking_steps
from tests.factories import (
    make_appointment,
    make_consent_texts,
    make_entry,
    make_patient,
    make_service,
    monday,
)
from tests.portal.signing_in import sign_in
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
PAGE = "/me/preferences/"
STAFF = "staff: Robin Example"


def details_of(patient: Patient) -> PatientDetails:
    """What the desk types for somebody whom it knows."""
    return PatientDetails(
        patient.first_name,
        patient.last_name,
        patient.birth_date,
        patient.email,
        patient.phone,
        contact="email",
        zone="America/Chicago",
    )


@pytest.fixture
def visit() -> Appointment:
    return make_appointment(starts_at=monday(), patient=make_patient())


@pytest.fixture
def client(visit) -> Client:
    client = Client()
    sign_in(client, visit.patient)
    return client


def test_what_is_chosen_stands_where_staff_and_mails_look(client, visit):
    entry = make_entry(service=make_service(), email=visit.patient.email)
    shown = client.get(PAGE).content.decode()
    assert 'name="by_mail"' in shown
    typed = {"by_mail": "on", "contact": "message", "language": "es"}
    answer = client.post(PAGE, typed, follow=True)
    assert "That is how we reach you from now on" in answer.content.decode()
    for row in (visit, entry):
        row.refresh_from_db()
        assert (row.contact, row.language) == ("message", "es")
    assert Patient.objects.get(pk=visit.patient_id).language == "es"
    moves.move(visit, provider=None, starts_at=monday("15:00"), by=STAFF)
    assert OutgoingEmail.objects.last().subject.startswith("Su nueva hora")


def test_who_wants_no_mail_gets_none_and_is_called(client, visit):
    client.post(PAGE, {"contact": "call", "language": "en"})
    visit.refresh_from_db()
    told = OutgoingEmail.objects.count()
    visits.cancel(visit, by=STAFF)
    assert OutgoingEmail.objects.filter(to=visit.email).count() == told
    assert Call.objects.get().kind == "appointment_cancelled_by_us"


def test_neither_mail_nor_calls_is_refused_by_the_form_and_by_the_database(client, visit):
    answer = client.post(PAGE, {"contact": "email", "language": "en"})
    assert "Without e-mail we have to call you" in answer.content.decode()
    assert not ContactPreferences.objects.exists()
    with pytest.raises(contact_preferences.NoWayLeft):
        contact_preferences.choose(visit.patient, by_mail=False, contact="email", language="en")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactPreferences.objects.create(
            patient=visit.patient, by_mail=False, contact="email", chosen_at=monday()
        )


def test_a_visit_that_is_booked_later_holds_to_it_whatever_was_typed_there(client, visit):
    client.post(PAGE, {"by_mail": "on", "contact": "call", "language": "es"})
    make_consent_texts()
    service, typed = make_service(), {"email": visit.patient.email, "contact": "message"}
    booking_steps.book(in_process(), service, monday("14:00"), **typed)
    booked = Appointment.objects.get(service=service)
    assert booked.patient_id == visit.patient_id
    assert (booked.contact, booked.language) == ("call", "es")


@pytest.mark.parametrize("by", ["patient", "staff", "series"])
def test_who_chose_texts_hears_of_each_new_visit_by_one(visit, settings, by):
    settings.SMS_PROVIDERS = ["development://"]
    patient = visit.patient
    contact_preferences.choose(patient, by_mail=False, contact="call", language="es", by_text=True)
    make_consent_texts()
    service = make_service()
    later = WantedVisit(service.providers.get(), service, "TN", monday(weeks=2))
    if by == "patient":
        booking_steps.book(in_process(), service, monday("14:00"), email=patient.email)
    elif by == "staff":
        staff_booking.book_for_patient(later, details_of(patient), by=STAFF)
    else:
        follow_ups.book_series([later], details_of(patient), after=visit, by=STAFF)
    [text] = OutgoingText.objects.filter(template="appointment_booked")
    assert text.to == patient.phone
    assert "hora central" in text.text


def test_the_record_that_was_merged_into_another_keeps_what_was_chosen(visit):
    contact_preferences.choose(visit.patient, by_mail=False, contact="call", language="es")
    into = make_patient(email="kept@example.org")
    Patient.objects.filter(pk=visit.patient_id).update(merged_into=into)
    found = contact_preferences.read(Patient.objects.filter(pk=into.pk))
    assert found == (False, "es")


def test_it_is_in_the_copy_of_the_record_and_goes_with_it(visit):
    contact_preferences.choose(visit.patient, by_mail=True, contact="call", language="es")
    [kept] = export.collect(visit.patient, by="test")["contact preferences"]
    assert (kept["how to reach"], kept["language"]) == ("Call me, but leave no message", "Español")
    visits.cancel(visit)
    make_appointment(patient=visit.patient, starts_at=monday(weeks=-3), status="completed")
    assert erasure.erase(visit.patient, by="test"), "the law keeps the care, and not this"
    assert not ContactPreferences.objects.exists()


def test_who_has_no_address_is_not_asked_about_mail():
    patient = make_patient(email="", last_name="Nomail")
    make_appointment(patient=patient, starts_at=monday())
    client = Client()
    sign_in(client, patient, by_phone=True)
    shown = client.get(PAGE).content.decode()
    assert 'name="by_mail"' not in shown
    client.post(PAGE, {"contact": "message", "language": "en"})
    assert ContactPreferences.objects.get().contact == "message"


def test_texts_are_agreed_to_by_their_words_and_taken_back_by_the_same_box(client, visit, settings):
    assert 'name="by_text"' not in client.get(PAGE).content.decode()
    settings.SMS_PROVIDERS = ["development://"]
    text = consents.current_text()
    assert f'name="by_text" value="{text.pk}"' in client.get(PAGE).content.decode()
    usual = {"by_mail": "on", "contact": "call", "language": "es"}
    client.post(PAGE, usual | {"by_text": text.pk})
    client.post(PAGE, usual | {"by_text": text.pk})
    given = SmsConsent.objects.get()
    assert (given.kind, given.text, given.language) == ("given", text, "en")
    assert given.page == "portal:preferences"
    visit.refresh_from_db()
    assert visit.by_text
    moved = moves.move(visit, provider=None, starts_at=monday("15:00"), by=STAFF)
    assert "hora central" in OutgoingText.objects.get().text
    client.post(PAGE, usual)
    assert not consents.in_force(visit.phone)
    moved.refresh_from_db()
    assert not moved.by_text


def test_a_phone_that_has_said_stop_is_not_ticked_again(client, visit, settings):
    settings.SMS_PROVIDERS = ["development://"]
    usual = {"by_mail": "on", "contact": "call", "language": "en"}
    client.post(PAGE, usual | {"by_text": consents.current_text().pk})
    assert contact_preferences.gets_texts(visit.patient)
    consents.stop(visit.phone, event="stop-1")
    assert not contact_preferences.gets_texts(visit.patient)
