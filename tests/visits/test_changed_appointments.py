"""What becomes of who waits in a room when the appointment is changed: by the process itself."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from appointments.booking import attendance, staff_booking, visits
from appointments.models import Appointment
from appointments.patient_records import erasure
from appointments.patient_records.kept_by_apps import kept_on_visits
from appointments.retention import NOBODY
from tests.core.staff.people import make_staff, sign_in
from tests.factories import make_provider
from tests.visits.rooms import Socket, address, ask, make_clinician, make_visit_now, ticket_of
from visits import encounter, guests
from visits.models import Visit, VisitEvent
from visits.tasks import close_rooms


@pytest.fixture
def stack():
    with ExitStack() as entered:
        yield entered


@pytest.fixture
def waiting(stack, live_rooms):
    """Return a function: the patient of a visit comes and sits down to wait."""

    def come(visit: Appointment) -> Socket:
        return Socket.seated(stack, live_rooms, ask(visit)["ticket"])

    return come


def ask_status(visit: Appointment) -> int:
    """What the patient's page is answered now."""
    page = {"Sec-Fetch-Site": "same-origin"}
    return Client().post(address(visit, "ticket"), headers=page).status_code


def last_kind() -> str:
    return VisitEvent.objects.latest("pk").kind


def admit(visit: Appointment) -> None:
    encounter.admit(visit, by=make_staff())


def complete(visit: Appointment) -> None:
    attendance.complete(visit, by="Sam")


def cancel(visit: Appointment) -> None:
    visits.cancel(visit, by="Robin Example")


def move_to_later(visit: Appointment) -> None:
    later = visit.starts_at + timedelta(hours=3)
    staff_booking.move_for_patient(
        visit, provider=visit.provider, starts_at=later, by="Sam", reason="The doctor is ill"
    )


@pytest.mark.parametrize("change", [admit, complete, cancel, move_to_later])
def test_a_ticket_that_was_on_its_way_at_a_change_opens_nothing(stack, live_rooms, change):
    """Else who sat down with it would wait on: what was said came before they could hear it."""
    visit = make_visit_now()
    on_its_way = ask(visit)["ticket"]
    change(visit)
    with Socket(live_rooms) as late:
        late.say("hello", ticket=on_its_way)
        assert late.closed_with() == 4401
    if (fresh := ask(visit)["ticket"]) is not None:
        assert Socket.seated(stack, live_rooms, fresh).you["phase"] != "waiting"


def test_who_waits_is_told_at_once_of_each_step(stack, live_rooms, waiting):
    visit, by = make_visit_now(), make_staff()
    patient = waiting(visit)
    assert patient.you["phase"] == "waiting"
    assert ask(visit)["here"] == []
    clinician = Socket.seated(stack, live_rooms, ticket_of(visit, "clinician"))
    encounter.admit(visit, by=by)
    assert patient.hear("phase")["phase"] == "admitted"
    assert clinician.hear("phase")["phase"] == "admitted"
    encounter.report(visit, "clinician", "connected", 270)
    assert patient.hear("phase")["phase"] == "live"
    encounter.send_back(visit, by=by)
    assert patient.hear("phase")["phase"] == "waiting"
    encounter.by_phone(visit, by=by)
    assert patient.hear("phase")["phase"] == "by_phone"
    encounter.finish(visit, by=by, outcome="failed")
    assert patient.hear("phase")["phase"] == "over"
    assert [patient.closed_with(), clinician.closed_with()] == [4410, 4410]


def test_a_guest_whose_link_is_taken_back_is_out_at_once(stack, live_rooms):
    visit, by = make_visit_now(provider=make_provider(video_room="")), make_staff()
    ask(visit)
    encounter.admit(visit, by=by)
    guest, _token = guests.ask(visit, name="Luz Ortega", role="interpreter")
    encounter.admit_guest(guest, by=by)
    sits = Socket.seated(stack, live_rooms, ticket_of(visit, guest.seat))
    assert sits.you["phase"] == "admitted"
    guests.revoke(guest)
    assert sits.closed_with() == 1012  # for a ticket, which their link gives no more


def test_a_cancelled_visit_is_said_to_who_waits(waiting):
    visit = make_visit_now(begun=-10)
    patient = waiting(visit)
    visits.cancel(visit, by="desk")
    assert patient.hear("phase")["phase"] == "cancelled"
    assert patient.closed_with() == 4410
    assert ask(visit)["ticket"] is None
    assert last_kind() == "cancelled"


def test_a_moved_visit_is_said_to_who_waits_and_is_another_room(waiting):
    visit = make_visit_now(begun=-10)
    patient, before = waiting(visit), Visit.objects.get()
    later = visit.starts_at + timedelta(hours=3)
    moved = staff_booking.move_for_patient(
        visit, provider=visit.provider, starts_at=later, by="Sam", reason="The doctor is ill"
    )
    assert patient.hear("phase")["phase"] == "moved"
    assert patient.closed_with() == 4410
    said = ask(moved)
    assert (said["phase"], said["ticket"]) == ("moved", None)
    assert "moved" in said["words"]
    after = Visit.objects.get()
    assert after.room != before.room
    assert after.knocked_at is None
    assert encounter.may_be_no_show(moved)  # they came for the other time
    assert last_kind() == "moved"


def test_handed_over_the_patient_keeps_their_place_and_the_first_clinician_is_out(
    stack, live_rooms, waiting
):
    visit = make_visit_now(begun=-10)
    former = make_clinician(visit)
    client = sign_in(Client(), former)
    patient, came = waiting(visit), Visit.objects.get().knocked_at
    step = f"/admin/visits/room/{visit.pk}/ticket/"
    clinician = Socket.seated(stack, live_rooms, client.post(step).json()["ticket"])
    kept = client.post(step).json()["ticket"]
    encounter.admit(visit, by=former)
    assert patient.hear("phase")["phase"] == "admitted"
    other = make_provider(account=make_staff("clinician"))
    visit.refresh_from_db()
    staff_booking.move_for_patient(
        visit, provider=other, starts_at=visit.starts_at, by="Sam", reason="Ill"
    )
    assert patient.hear("phase")["phase"] == "waiting"
    assert [patient.closed_with(), clinician.closed_with()] == [1012, 1012]
    assert client.post(step).status_code == 403
    patient = waiting(visit)
    assert patient.you["phase"] == "waiting"
    assert Visit.objects.get().knocked_at == came
    with Socket(live_rooms) as late:  # with the ticket that they had not used yet
        late.say("hello", ticket=kept)
        assert late.closed_with() == 4401
    assert ask(visit)["phase"] == "waiting"


def test_what_the_desk_closes_ends_the_room_and_what_it_takes_back_opens_it(waiting):
    visit = make_visit_now()
    patient = waiting(visit)
    encounter.admit(visit, by=make_staff())
    visit.refresh_from_db()
    attendance.complete(visit, by="Sam")
    assert patient.hear("phase")["phase"] == "admitted"
    assert patient.hear("phase")["phase"] == "over"
    assert patient.closed_with() == 4410
    assert Visit.objects.get().outcome == "completed"
    visit.refresh_from_db()
    attendance.undo(visit, by="Sam")
    assert ask(visit)["phase"] == "admitted"
    assert last_kind() == "reopened"


def test_an_erased_patient_waits_nowhere(waiting):
    """A visit that is ahead keeps its patient from being erased. Of one that is over the room may
    still be open: who is in it is sent out at once, and nothing opens it again."""
    ahead, visit = make_visit_now(), make_visit_now(begun=60, provider=make_provider())
    with pytest.raises(erasure.VisitsAhead):
        erasure.erase(ahead.patient, by="two people")
    patient = waiting(visit)
    with transaction.atomic():
        kept_on_visits.forget([visit.pk])
        Appointment.objects.filter(pk=visit.pk).update(**NOBODY, erased_at=visit.ends_at)
    assert ask_status(visit) == 410
    assert patient.hear("phase")["phase"] == "closed"
    assert patient.closed_with() == 4410


def test_a_change_that_is_undone_is_told_to_nobody(waiting):
    visit = make_visit_now()
    patient = waiting(visit)
    with pytest.raises(attendance.PatientCame):
        encounter.finish(visit, by=make_staff(), outcome="no_show")
    assert patient.hears_nothing()


def test_rooms_that_are_past_are_closed_by_the_clock(waiting):
    visit = make_visit_now(begun=85)
    patient = waiting(visit)
    close_rooms()
    assert patient.hears_nothing()
    with time_machine.travel(visit.ends_at + timedelta(minutes=61)):
        close_rooms()
    assert patient.hear("phase")["phase"] == "closed"
    assert patient.closed_with() == 4410
