"""Other programs are told of each change of a visit, with it or not at all. Nobody is named."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.utils import timezone

from appointments.booking import attendance, follow_ups, moves, staff_booking, visits
from appointments.booking.patients import PatientDetails
from appointments.booking.rules import NotChangeable
from appointments.booking.staff_booking import WantedVisit
from appointments.models import Appointment, Status
from core.webhooks.models import WebhookDelivery
from tests.appointments import booking_steps
from tests.core.webhooks.factories import make_endpoint
from tests.factories import CENTRAL, make_appointment, make_patient, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
# What a new status in the visit's own history is told as.
TOLD = {
    "booked": "booking.created",
    "cancelled": "booking.cancelled",
    "checked_in": "booking.checked_in",
    "completed": "booking.completed",
    "no_show": "booking.no_show",
}


@pytest.fixture(autouse=True)
def _somebody_listens():
    make_endpoint()


def events() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True))


def details() -> PatientDetails:
    person = make_patient()
    return PatientDetails(
        person.first_name,
        person.last_name,
        person.birth_date,
        person.email,
        str(person.phone),
        "email",
        CENTRAL,
    )


def test_a_patient_who_books_moves_and_cancels_is_told_of_three_times():
    booking_steps.book(in_process(), make_service(), monday())
    visit = Appointment.objects.get()
    moves.move(visit, provider=None, starts_at=monday("11:00"))
    visits.cancel(visits.reread(visit))
    assert events() == ["booking.created", "booking.moved", "booking.cancelled"]
    said = WebhookDelivery.objects.get(event="booking.moved").payload["data"]
    assert said == {
        "id": str(visit.uid),
        "status": "booked",
        "starts_at": f"{monday('11:00'):%Y-%m-%dT%H:%M:%SZ}",
        "ends_at": f"{monday('11:30'):%Y-%m-%dT%H:%M:%SZ}",
        "sequence": 1,
    }


def test_what_is_told_names_nobody():
    booking_steps.book(in_process(), make_service(name="Suboxone"), monday())
    visits.cancel(Appointment.objects.get(), reason="Rehab")
    said = json.dumps(list(WebhookDelivery.objects.values_list("payload", flat=True)))
    for word in ("Grace", "Whitfield", "grace@", "615", "1988", "Suboxone", "Rehab", "Berg"):
        assert word not in said


def test_a_visit_that_waits_for_its_link_is_told_of_once_it_is_booked():
    waiting = make_appointment(
        status=Status.HELD, held_until=timezone.now() + timedelta(minutes=20)
    )
    moves.move(waiting, provider=None, starts_at=monday("11:00"))
    assert events() == []
    visits.confirm(visits.reread(waiting))
    assert events() == ["booking.created"]


def test_one_that_was_never_booked_is_never_told_of():
    visit = make_appointment(status=Status.HELD, held_until=timezone.now() + timedelta(minutes=20))
    visits.cancel(visit)
    assert events() == []


def test_what_staff_do_is_told():
    service = make_service()
    [provider] = service.providers.all()
    wanted = WantedVisit(provider, service, "TN", monday())
    visit = staff_booking.book_for_patient(wanted, details(), by="staff: test")
    moved = staff_booking.move_for_patient(
        visit, provider=provider, starts_at=monday("11:00"), by="staff: test"
    )
    later = [WantedVisit(provider, service, "TN", monday(weeks=n)) for n in (2, 3)]
    follow_ups.book_series(later, details(), after=moved, by="staff: test")
    attendance.check_in(visits.reread(visit), by="staff: test")
    Appointment.objects.filter(pk=visit.pk).update(
        starts_at=timezone.now() - timedelta(minutes=10),
        ends_at=timezone.now() + timedelta(minutes=10),
        blocked=(timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)),
    )
    attendance.complete(visits.reread(visit), by="staff: test")
    attendance.undo(visits.reread(visit), by="staff: test")
    assert events() == [
        *("booking.created", "booking.moved", "booking.created", "booking.created"),
        *("booking.checked_in", "booking.completed", "booking.reopened"),
    ]


def test_what_is_refused_is_told_to_nobody():
    visit = make_appointment(status=Status.COMPLETED)
    with pytest.raises(NotChangeable):
        visits.cancel(visit)
    with pytest.raises(NotChangeable):
        attendance.no_show(visit, by="staff: test")
    assert events() == []


def test_each_change_in_the_history_of_visits_was_told():
    """The database writes that history by itself: a way to change a visit that told nobody would
    stand there without its message."""
    service, patient = make_service(), make_patient()
    booking_steps.book(in_process(), service, monday())
    visit = Appointment.objects.get()
    moves.move(visit, provider=None, starts_at=monday("11:00"))
    visits.cancel(visits.reread(visit))
    past = make_appointment(
        service=service,
        patient=patient,
        starts_at=timezone.now() - timedelta(days=1),
        series=uuid4(),
    )
    attendance.no_show(past, by="staff: test")
    history = apps.get_model("appointments", "AppointmentEvent").objects.order_by("pgh_id")
    expected = []
    for pk in (visit.pk, past.pk):
        before = None
        for event in history.filter(pgh_obj=pk):
            if before and before.status == event.status and before.starts_at != event.starts_at:
                expected.append("booking.moved")
            elif event.status in TOLD and (before is None or before.status != event.status):
                expected.append(TOLD[event.status])
            before = event
    assert sorted(events()) == sorted(expected)
    assert len(expected) == 4
