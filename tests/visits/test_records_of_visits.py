"""What was said and written in a visit is in an export, goes with an erasure, and has a period."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from appointments.models import Appointment, Patient, Status
from appointments.patient_records import erasure, export
from appointments.tasks import forget_patients
from tests.factories import make_appointment
from tests.visits.clinicians import clinician, visit_of
from visits import encounter, first_minute, notes, summaries, withdrawal
from visits.first_minute import Answers
from visits.models import (
    CowsRating,
    Guest,
    NoteAddendum,
    QuestionnaireResponse,
    SignedCopy,
    StartCheck,
    StartCheckDetails,
    VisitEvent,
    VisitNote,
    VisitSummary,
)

pytestmark = pytest.mark.django_db
SAID = [
    *("Canaryaddress", "Canarycontact", "Canarynote", "Canaryaddendum", "Canaryagreed"),
    *("Canaryanswer", "Canaryguest"),
]
# What an erasure leaves of a visit names nobody.
GONE = (
    *(CowsRating, Guest, NoteAddendum, QuestionnaireResponse, SignedCopy, StartCheckDetails),
    *(VisitNote, VisitSummary),
)


def with_all(user, **values) -> Appointment:
    """A visit of which everything is kept that can be."""
    visit = visit_of(user, **values)
    now = timezone.now()
    room = encounter.open_room(visit)
    encounter.note_event(room, "patient", "knocked")
    answers = Answers("TN", "Canaryaddress", "+16155550117", "Canarycontact", "seen", True)
    first_minute.record(visit, answers, by=user)
    notes.sign(visit, notes.typed({"text": "Canarynote"}), saves=0, by=user)
    notes.add(VisitNote.objects.get(appointment=visit), "Canaryaddendum", by=user)
    withdrawal.rate(visit, {"pupils": 5}, by=user)
    summaries.share(visit, summaries.typed({"agreed": "Canaryagreed"}), saves=0, by=user)
    QuestionnaireResponse.objects.create(
        appointment=visit,
        form="reason",
        version=1,
        answers={"reason": "Canaryanswer"},
        saved_at=now,
    )
    Guest.objects.create(
        visit=room,
        seat="guest-1",
        role="interpreter",
        name="Canaryguest",
        token_hash=Guest.hashed(str(visit.uid)),
        expires_at=now,
        asked_at=now,
    )
    return visit


def database() -> str:
    """All that the tables of visits hold."""
    found = []
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if "visits_" in name]
        for name in names:
            cursor.execute(f"SELECT t::text FROM {name} t")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_an_export_holds_all_of_it_and_the_database_shows_none():
    visit = with_all(clinician())
    held = json.dumps(export.collect(visit.patient, by="Robin"), ensure_ascii=False)
    assert [word for word in SAID if word not in held] == []
    assert str(visit.uid) in held
    guests_name = {"Canaryguest"}  # who else was in the room is no record of care
    assert {word for word in SAID if word in database()} <= guests_name


def test_an_erasure_takes_what_was_said_and_leaves_what_names_nobody(settings):
    visit = with_all(clinician(), minutes=-60, status=Status.CANCELLED)
    other = with_all(clinician(), minutes=-70)
    assert not erasure.erase(visit.patient, by="staff: Robin"), "a cancelled visit is no care"
    assert not Patient.objects.filter(pk=visit.patient_id).exists()
    assert {model.__name__: model.objects.count() for model in GONE if model != SignedCopy} == {
        model.__name__: 1 for model in GONE if model != SignedCopy
    }, "the other patient's stand"
    assert VisitNote.objects.get().appointment == other
    assert StartCheck.objects.count() == 2
    assert VisitEvent.objects.filter(visit__appointment=visit).exists()


def test_care_that_the_law_has_kept_keeps_its_note():
    visit = with_all(clinician(), minutes=-60, status=Status.COMPLETED)
    assert erasure.erase(visit.patient, by="staff: Robin")
    assert VisitNote.objects.get().content["text"] == "Canarynote"


def test_it_goes_with_the_period_of_the_record(settings):
    settings.PATIENT_RECORD_YEARS = 10
    visit = with_all(clinician(), status=Status.COMPLETED)
    recent = with_all(clinician(), status=Status.COMPLETED)
    long_ago = timezone.now() - timedelta(days=366 * 11)
    span = {"starts_at": long_ago, "ends_at": long_ago + timedelta(minutes=30)}
    blocked = (long_ago, long_ago + timedelta(minutes=30))
    Appointment.objects.filter(pk=visit.pk).update(**span, blocked=blocked)
    forget_patients()
    assert VisitNote.objects.get().appointment == recent
    assert StartCheckDetails.objects.count() == 1
    assert Guest.objects.count() == 1
    visit.refresh_from_db()
    assert visit.patient is None


def test_what_was_never_confirmed_goes_with_what_was_typed_for_it():
    unconfirmed = make_appointment(status=Status.EXPIRED)
    QuestionnaireResponse.objects.create(
        appointment=unconfirmed, form="reason", version=1, answers={}, saved_at=timezone.now()
    )
    Appointment.objects.update(created=timezone.now() - timedelta(days=30))
    forget_patients()
    assert not QuestionnaireResponse.objects.exists()
