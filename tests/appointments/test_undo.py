"""What staff noted about a visit can be taken back, and nobody is told of a slip of the hand."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from appointments.booking import attendance
from appointments.booking.rules import NotChangeable, SlotTaken
from appointments.emails import reminders
from appointments.models import Appointment, Status
from core.mail import tasks
from core.mail.models import EmailStatus, OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_admin_visits import page_of, take
from tests.factories import make_appointment, make_patient

pytestmark = pytest.mark.django_db
START = datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago"))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BY = "staff: Robin Example"
STEPS = {
    "checked_in": attendance.check_in,
    "completed": attendance.complete,
    "no_show": attendance.no_show,
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START + MINUTE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    return signed_in("front desk", name="Robin Example")


def make_visit() -> Appointment:
    return fresh(make_appointment(starts_at=START, patient=make_patient()))


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def missed() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(template="appointment_missed").order_by("pk"))


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_back_by_one_button(desk, step):
    visit = make_visit()
    STEPS[step](visit, by=BY)
    assert "Undo the last step" in desk.get(page_of(visit)).text
    answer = take(desk, visit, "undo")
    assert "1 visit stands as it did before." in answer.text
    assert fresh(visit).status == Status.BOOKED
    assert "Undo the last step" not in answer.text
    assert "Robin Example" in answer.text, "the history says who"


def test_what_was_completed_is_checked_in_again_where_it_was():
    visit = make_visit()
    attendance.check_in(visit, by=BY)
    attendance.complete(fresh(visit), by=BY)
    attendance.undo(fresh(visit), by=BY)
    assert fresh(visit).status == Status.CHECKED_IN
    attendance.undo(fresh(visit), by=BY)
    assert fresh(visit).status == Status.BOOKED
    attendance.complete(fresh(visit), by=BY)
    attendance.undo(fresh(visit), by=BY)
    assert fresh(visit).status == Status.BOOKED, "of all that was, the step before counts"


@pytest.mark.parametrize("status", ["booked", "cancelled", "held"])
def test_what_is_no_step_is_not_taken_back(status):
    visit = make_visit()
    Appointment.objects.filter(pk=visit.pk).update(status=status, held_until=START + DAY)
    with pytest.raises(NotChangeable):
        attendance.undo(fresh(visit), by=BY)
    assert fresh(visit).status == status


def test_two_who_take_it_back_at_once_take_back_one_step():
    visit = make_visit()
    attendance.check_in(visit, by=BY)
    attendance.complete(fresh(visit), by=BY)
    seen = fresh(visit)
    attendance.undo(fresh(visit), by=BY)
    with pytest.raises(NotChangeable):
        attendance.undo(seen, by=BY)
    assert fresh(visit).status == Status.CHECKED_IN


def test_after_a_week_it_stays_and_the_page_says_why(clock, settings):
    settings.STAFF_MFA_REQUIRED = False
    visit = make_visit()
    attendance.complete(visit, by=BY)
    clock.move_to(visit.ends_at + 7 * DAY - MINUTE)
    desk = signed_in("front desk")
    assert "Undo the last step" in desk.get(page_of(visit)).text
    clock.move_to(visit.ends_at + 7 * DAY)
    assert "Undo the last step" not in desk.get(page_of(visit)).text
    assert "It is more than a week ago." in take(desk, visit, "undo").text
    assert fresh(visit).status == Status.COMPLETED


def test_where_somebody_else_has_the_time_by_now_it_stays(desk):
    visit = make_visit()
    attendance.no_show(visit, by=BY)
    other = make_appointment(
        provider=visit.provider, service=visit.service, starts_at=START, email="h@example.org"
    )
    with pytest.raises(SlotTaken):
        attendance.undo(fresh(visit), by=BY)
    assert "Somebody else has that time by now." in take(desk, visit, "undo").text
    assert fresh(visit).status == Status.NO_SHOW
    assert fresh(other).status == Status.BOOKED


# ── mails ──


def test_the_mail_about_a_missed_visit_waits_three_minutes(clock):
    attendance.no_show(make_visit(), by=BY)
    [mail] = missed()
    assert (mail.status, mail.due_at) == (EmailStatus.WAITING, START + 4 * MINUTE)


def test_a_no_show_that_is_taken_back_in_time_sends_nothing(smtp_server):
    visit = make_visit()
    attendance.no_show(visit, by=BY)
    attendance.undo(fresh(visit), by=BY)
    assert [mail.status for mail in missed()] == [EmailStatus.DROPPED]
    tasks.sweep()
    assert smtp_server.mails == []


def test_who_misses_it_after_all_is_told_once(clock):
    visit = make_visit()
    for _ in range(2):
        attendance.no_show(fresh(visit), by=BY)
        attendance.undo(fresh(visit), by=BY)
    attendance.no_show(fresh(visit), by=BY)
    states = [mail.status for mail in missed()]
    assert states == [EmailStatus.DROPPED, EmailStatus.DROPPED, EmailStatus.WAITING]


def test_who_was_told_is_told_no_second_time():
    visit = make_visit()
    attendance.no_show(visit, by=BY)
    OutgoingEmail.objects.update(status=EmailStatus.SENT, due_at=None, sent_at=START)
    attendance.undo(fresh(visit), by=BY)
    attendance.no_show(fresh(visit), by=BY)
    assert [mail.status for mail in missed()] == [EmailStatus.SENT]


def test_a_reminder_that_a_check_in_dropped_goes_out_when_it_is_taken_back(clock):
    clock.move_to(START - timedelta(hours=1))
    visit = make_visit()
    reminders.write_due()
    [reminder] = OutgoingEmail.objects.all()
    attendance.check_in(visit, by=BY)
    reminder.refresh_from_db()
    assert reminder.status == EmailStatus.DROPPED
    attendance.undo(fresh(visit), by=BY)
    reminder.refresh_from_db()
    assert (reminder.status, reminder.overtaken) == (EmailStatus.WAITING, False)


def test_what_a_later_mail_replaced_before_the_check_in_stays_dropped(clock):
    clock.move_to(START - timedelta(hours=1))
    visit = make_visit()
    reminders.write_due()
    OutgoingEmail.objects.overtake(f"appointment:{visit.pk}")
    OutgoingEmail.objects.update(overtaken_at=START - DAY - timedelta(days=2000))
    attendance.check_in(visit, by=BY)
    attendance.undo(fresh(visit), by=BY)
    assert OutgoingEmail.objects.get().status == EmailStatus.DROPPED
