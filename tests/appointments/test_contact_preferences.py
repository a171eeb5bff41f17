"""What a patient chose of how they are written to holds for every mail about their visits."""

from datetime import timedelta

import pytest
import time_machine

from appointments import contact_preferences
from appointments.booking import moves, visits
from appointments.contact_preferences import Preferences
from appointments.emails import reminders, visit_emails, visit_outbox
from appointments.models import Appointment, Call, CallStatus
from appointments.waitlist import offers
from core.mail.models import OutgoingEmail
from tests.appointments.waitlist_setup import at_noon, booked_out, cancel_visit, waiting_entries
from tests.factories import make_appointment, make_patient, monday

pytestmark = pytest.mark.django_db
STAFF = "staff: Robin Example"


@pytest.fixture
def chosen(monkeypatch) -> dict[int, Preferences]:
    """What is chosen, by the keys of patients, as an app above would keep it."""
    kept: dict[int, Preferences] = {}
    monkeypatch.setattr(contact_preferences, "_readers", [])
    contact_preferences.register(
        lambda whose: next((kept[who.pk] for who in whose if who.pk in kept), None)
    )
    return kept


@pytest.fixture
def visit() -> Appointment:
    return make_appointment(starts_at=monday(), patient=make_patient())


def subjects(visit: Appointment) -> list[str]:
    mails = OutgoingEmail.objects.about(visit_outbox.about(visit))
    return list(mails.order_by("pk").values_list("subject", flat=True))


def to_be_called() -> list[str]:
    waiting = Call.objects.filter(status=CallStatus.WAITING)
    return list(waiting.order_by("pk").values_list("kind", flat=True))


def test_who_wants_no_mail_is_called_about_what_the_clinic_does_and_once(chosen, visit):
    told = len(subjects(visit))
    chosen[visit.patient_id] = Preferences(by_mail=False)
    moved = moves.move(visit, provider=None, starts_at=monday("15:00"), by=STAFF)
    assert to_be_called() == ["appointment_moved"]
    with time_machine.travel(moved.starts_at - timedelta(hours=23)):
        assert reminders.write_due() == 1
        assert reminders.write_due() == 0
    visits.cancel(moved, by=STAFF)
    assert to_be_called() == ["appointment_cancelled_by_us"]
    assert len(subjects(visit)) == told


def test_nobody_is_called_about_what_they_did_themselves_on_a_page(chosen, visit):
    chosen[visit.patient_id] = Preferences(by_mail=False)
    told = len(subjects(visit))
    visits.cancel(moves.move(visit, provider=None, starts_at=monday("15:00")))
    assert to_be_called() == []
    assert len(subjects(visit)) == told


def test_a_page_that_says_that_a_mail_comes_is_right_for_who_wants_none(chosen, visit):
    chosen[visit.patient_id] = Preferences(by_mail=False)
    told = len(subjects(visit))
    visit_emails.must_confirm(visit, at_once=True)
    assert len(subjects(visit)) == told + 1
    assert to_be_called() == []


def test_mails_are_in_the_language_that_was_chosen_whatever_the_page_was_in(chosen, visit):
    chosen[visit.patient_id] = Preferences(language="es")
    moves.move(visit, provider=None, starts_at=monday("15:00"))
    [*_, said] = subjects(visit)
    assert said.startswith("Su nueva hora: ")


def test_an_offer_becomes_a_call_for_who_wants_no_mail(chosen):
    with at_noon():
        service, visit = booked_out()
        [entry] = waiting_entries(service, 1)
        patient = make_patient(email=entry.email)
        chosen[patient.pk] = Preferences(by_mail=False)
        cancel_visit(visit)
        offers.offer_freed_times()
        assert to_be_called() == ["waitlist_offer"]
        assert not OutgoingEmail.objects.filter(template="waitlist_offer").exists()
