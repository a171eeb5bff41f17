"""The workflow of a visit: letting in, sending back, by phone, ending, and who is no no-show."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from appointments.booking import attendance
from appointments.booking.attendance import PatientCame
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment, License, Status
from core.database import database_time
from tests.core.staff.people import make_staff
from tests.visits.rooms import make_visit_now
from visits import encounter
from visits.encounter import NotLicensed
from visits.models import Guest, Visit, VisitEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return make_staff()


def kinds() -> list[str]:
    return [event.kind for event in VisitEvent.objects.all()]


def status(visit) -> str:
    visit.refresh_from_db()
    return visit.status


def test_letting_in_checks_in_once_and_stays_after_a_restart(by):
    visit = make_visit_now()
    with pytest.raises(NotChangeable):
        encounter.admit(visit, by=by)  # nobody has knocked
    encounter.knock(visit)
    encounter.admit(visit, by=by)
    encounter.admit(visit, by=by)
    assert status(visit) == Status.CHECKED_IN
    held = Visit.objects.get()
    assert held.admitted_by == by
    assert kinds() == ["knocked", "admitted"]
    assert VisitEvent.objects.latest("pk").account == by.pk


@pytest.mark.parametrize("before", ["booked", "checked_in"])
def test_without_a_license_nobody_is_let_in(by, before):
    visit = make_visit_now(status=before)
    encounter.knock(visit)
    License.objects.update(expires=date(2020, 1, 1))
    with pytest.raises(NotLicensed):
        encounter.admit(visit, by=by)
    assert Visit.objects.get().admitted_at is None
    assert status(visit) == before


def test_sent_back_waits_again_and_by_phone_can_become_a_call_again(by):
    visit = make_visit_now()
    encounter.knock(visit)
    encounter.admit(visit, by=by)
    encounter.report(visit, "clinician", "connected", 270)
    encounter.send_back(visit, by=by)
    assert encounter.enter(visit, "patient", now=database_time.now()).phase == "waiting"
    encounter.by_phone(visit, by=None)
    encounter.by_phone(visit, by=by)
    assert encounter.enter(visit, "patient", now=database_time.now()).phase == "by_phone"
    encounter.admit(visit, by=by)
    assert encounter.enter(visit, "patient", now=database_time.now()).phase == "admitted"
    assert kinds()[3:] == ["sent_back", "by_phone", "admitted"]


@pytest.mark.parametrize(
    ("outcome", "becomes"),
    [("completed", "completed"), ("by_phone", "completed"), ("failed", "checked_in")],
)
def test_what_becomes_of_the_appointment_follows_from_the_outcome(by, outcome, becomes):
    visit = make_visit_now()
    encounter.knock(visit)
    encounter.admit(visit, by=by)
    encounter.finish(visit, by=by, outcome=outcome)
    assert status(visit) == becomes
    held = Visit.objects.get()
    assert (held.outcome, held.ended_by) == (outcome, by)
    assert encounter.enter(visit, "patient", now=database_time.now()).phase == "over"
    for step in (encounter.admit, encounter.send_back, encounter.by_phone):
        with pytest.raises(NotChangeable):
            step(visit, by=by)
    with pytest.raises(NotChangeable):
        encounter.finish(visit, by=by, outcome=outcome)
    assert kinds().count("finished") == 1


def test_that_it_failed_can_be_taken_back(by):
    visit = make_visit_now()
    encounter.knock(visit)
    encounter.finish(visit, by=by, outcome="failed")
    encounter.reopen(visit, by=by)
    assert encounter.enter(visit, "patient", now=database_time.now()).phase == "waiting"
    with pytest.raises(NotChangeable):
        encounter.reopen(visit, by=by)
    Appointment.objects.filter(pk=visit.pk).update(status=Status.CANCELLED)
    with pytest.raises(NotChangeable):  # from a page that was open when it was cancelled
        encounter.finish(Appointment.objects.get(pk=visit.pk), by=by, outcome="failed")


def test_nobody_who_came_or_tried_is_a_no_show(by):
    nobody = make_visit_now()
    assert encounter.may_be_no_show(nobody)
    encounter.finish(nobody, by=by, outcome="no_show")
    assert status(nobody) == Status.NO_SHOW


@pytest.mark.parametrize("kind", ["knocked", "check_failed", "by_phone"])
def test_who_tried_is_no_no_show_for_the_desk_either(by, kind):
    visit = make_visit_now()
    encounter.note_event(encounter.open_room(visit), "patient", kind)
    assert not encounter.may_be_no_show(visit)
    with pytest.raises(PatientCame):
        attendance.no_show(visit, by="Sam of the desk")
    with pytest.raises(PatientCame), transaction.atomic():
        encounter.finish(visit, by=by, outcome="no_show")
    assert Visit.objects.get().ended_at is None
    assert status(visit) == Status.BOOKED


def test_a_check_that_passed_is_not_coming(by):
    visit = make_visit_now()
    encounter.note_event(encounter.open_room(visit), "patient", "check_passed")
    assert encounter.may_be_no_show(visit)


def test_a_guest_is_let_in_alone_and_only_after_the_patients_yes(by):
    visit = make_visit_now()
    encounter.knock(visit)
    now = database_time.now()
    guest = Guest.objects.create(
        **{"visit": encounter.open_room(visit), "seat": "guest-1", "role": "interpreter"},
        **{"name": "Ada", "token_hash": "0" * 64, "expires_at": visit.ends_at, "asked_at": now},
    )
    with pytest.raises(NotChangeable):
        encounter.admit_guest(guest, by=by)
    Guest.objects.update(agreed_at=now)
    encounter.admit_guest(guest, by=by)
    encounter.admit(visit, by=by)
    assert encounter.state(Visit.objects.get()).guests == ("guest-1",)
    assert encounter.enter(visit, "guest-1", now=now).phase == "admitted"
    assert encounter.enter(visit, "guest-2", now=now).phase == "waiting"
    encounter.send_guest_out(guest, by=by)
    assert encounter.enter(visit, "guest-1", now=now).phase == "waiting"


def test_each_change_counts_up_and_one_that_changes_nothing_does_not(by):
    visit = make_visit_now()
    encounter.knock(visit)
    encounter.knock(visit)
    assert Visit.objects.get().changes == 1
    encounter.admit(visit, by=by)
    assert Visit.objects.get().changes == 2


def test_a_line_that_stands_while_the_visit_ends_counts_to_its_end(by):
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        visit = make_visit_now()
        encounter.knock(visit)
        encounter.admit(visit, by=by)
        for kind, after in (("path", 0), ("lost", 60), ("path", 0)):
            encounter.report(visit, "clinician", kind, after)
        clock.shift(timedelta(minutes=10))
        encounter.finish(visit, by=by, outcome="completed")
    assert Visit.objects.get().seconds_connected == 660
