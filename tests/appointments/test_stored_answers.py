"""What is typed for a visit is stored with it, every answer: a field added later included."""

from dataclasses import fields, replace
from datetime import date

import pytest

from appointments.booking import patients
from appointments.booking.patients import PatientDetails
from appointments.forms.details import DetailsForm
from appointments.models import Appointment, Patient
from tests.appointments import booking_steps
from tests.factories import make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
# Each is another than the field's default, so that one that is lost shows.
ANSWERS = {
    "booked_for": "other",
    "booked_by": "Rosa Whitfield",
    "phone": "+16155550143",
    "email": "rosa@example.org",
    "contact": "message",
    "zone": "America/New_York",
    "language": "es",
}
# What has no field of its own on the form.
BESIDE = {"by_text": True}
DETAILS = PatientDetails(
    first_name="Grace", last_name="Whitfield", birth_date=date(1988, 4, 17), **ANSWERS, **BESIDE
)


def columns(model) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def test_every_answer_that_a_visit_has_a_field_for_is_stored_by_booking():
    asked = columns(Appointment) & set(DetailsForm.base_fields)
    assert asked <= ANSWERS.keys(), "give the new field an answer here"
    visitor = in_process()
    page = booking_steps.hold_time(visitor, make_service(), monday())
    booking_steps.fill_in(visitor, page, **{name: ANSWERS[name] for name in asked})
    visit = Appointment.objects.get()
    assert {name: str(getattr(visit, name)) for name in asked} == {n: ANSWERS[n] for n in asked}
    assert visit.patient.first_name == booking_steps.DETAILS["first_name"]
    assert set(visit.consents.values_list("page", flat=True)) == {"appointments:details"}


def test_what_is_known_of_a_patient_leaves_no_field_of_a_visit_or_of_their_record_out():
    given = {field.name for field in fields(DETAILS)}
    assert DETAILS.on_appointment("TN") == {
        name: (ANSWERS | BESIDE)[name] for name in columns(Appointment) & given
    }
    booked = replace(DETAILS, email="other@example.org")
    record = patients.remember(booked)
    stored = Patient.objects.get(pk=record.pk)
    for name in columns(Patient) & given:
        assert str(getattr(stored, name)) == str(getattr(booked, name)), name
