"""Reminders: each once, at its time; after an outage the one that still makes sense."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from appointments.booking import attendance, moves, visits
from appointments.emails import reminders
from appointments.models import Appointment, Status
from core.mail import delivery
from core.mail.models import EmailStatus, OutgoingEmail
from tests.appointments.booking_steps import GRACE
from tests.factories import (
    at,
    make_appointment,
    make_hold,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db

START = datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago"))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def clock():
    """Move it with `clock.move_to(...)`."""
    with time_machine.travel(START - 30 * 24 * HOUR, tick=False) as traveller:
        yield traveller


def make_visit(**values) -> Appointment:
    return make_appointment(**{"starts_at": START} | values)


def fresh(visit: Appointment) -> Appointment:
    """As the database holds it, its range read back."""
    return Appointment.objects.get(pk=visit.pk)


def book(hold: Appointment) -> Appointment:
    return visits.book(hold=hold, details=GRACE)


def written() -> list[str]:
    """The keys of the reminders there are, in order."""
    mails = OutgoingEmail.objects.filter(template="appointment_reminder").order_by("pk")
    return list(mails.values_list("key", flat=True))


def hours_written() -> list[str]:
    return [key.partition(":")[0].removeprefix("reminder-") for key in written()]


def watch(clock, first: timedelta, last: timedelta = -HOUR) -> list[tuple[str, int]]:
    """Run the task every half an hour: each reminder with the minutes that were left when it came.

    `first` and `last` are times before the start of the visit.
    """
    found = dict.fromkeys(hours_written(), 0)
    old = set(found)
    for left in range(int(first / MINUTE) // 30 * 30, int(last / MINUTE) - 1, -30):
        clock.move_to(START - left * MINUTE)
        reminders.write_due()
        for name in hours_written():
            found.setdefault(name, left)
    return [item for item in found.items() if item[0] not in old]


def test_a_patient_is_reminded_a_day_and_an_hour_before_each_once(clock):
    visit = make_visit()
    assert watch(clock, 26 * HOUR) == [("24h", 24 * 60), ("1h", 60)]
    assert written() == [f"reminder-24h:{visit.pk}:0", f"reminder-1h:{visit.pk}:0"]


def test_a_reminder_tells_the_time_on_the_patients_clock_and_nothing_more(clock):
    visit = make_visit(zone="America/Denver")
    clock.move_to(START - 24 * HOUR)
    assert reminders.write_due() == 1
    mail = OutgoingEmail.objects.get()
    assert mail.subject == "Reminder: Tuesday, November 12 at 1:30 pm Mountain Time"
    assert mail.to == visit.email
    assert "Hello Grace," in mail.text
    assert "/appointments/" in mail.text
    assert mail.attachments == []
    for secret in (visit.service.name, visit.provider.name, "Whitfield"):
        assert secret not in mail.text + mail.html


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        (25 * HOUR, []),
        (24 * HOUR, ["24h"]),
        (6 * HOUR, ["24h"]),
        (91 * MINUTE, ["24h"]),
        (90 * MINUTE, []),  # the next one is half an hour away
        (HOUR, ["1h"]),  # and not both
        (5 * MINUTE, ["1h"]),
        (timedelta(0), []),
        (-MINUTE, []),
    ],
)
def test_after_an_outage_a_patient_gets_the_one_that_still_makes_sense(clock, back, expected):
    make_visit()
    clock.move_to(START - back)
    reminders.write_due()
    assert hours_written() == expected


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (30 * MINUTE, []),
        (70 * MINUTE, []),
        (91 * MINUTE, [("1h", 60)]),
        (24 * HOUR + 10 * MINUTE, [("1h", 60)]),
        (24 * HOUR + 31 * MINUTE, [("24h", 24 * 60), ("1h", 60)]),
    ],
)
def test_who_books_at_short_notice_gets_no_reminder_of_what_they_have_just_read(
    clock, ahead, expected
):
    service = make_service()
    clock.move_to(START - ahead)
    book(make_hold(service=service, starts_at=START))
    assert watch(clock, ahead) == expected


def test_a_moved_visit_has_reminders_of_its_own_and_the_old_ones_are_dropped(clock):
    visit = fresh(make_visit(service=make_service(step=10)))
    clock.move_to(START - 20 * HOUR)
    reminders.write_due()
    day_later = START + 24 * HOUR
    moves.move(visit, provider=None, starts_at=day_later)
    assert OutgoingEmail.objects.get(key=f"reminder-24h:{visit.pk}:0").status == EmailStatus.DROPPED
    clock.move_to(START - HOUR)
    assert reminders.write_due() == 0
    clock.move_to(START)
    assert reminders.write_due() == 1
    assert written()[1:] == [f"reminder-24h:{visit.pk}:1"]
    assert "November 13" in OutgoingEmail.objects.get(key=written()[1]).subject


def test_who_moves_a_visit_to_a_near_time_gets_no_reminder_right_after(clock):
    visit = fresh(make_visit(starts_at=START + 72 * HOUR, service=make_service(notice_hours=0)))
    clock.move_to(START - 80 * MINUTE)
    moves.move(visit, provider=None, starts_at=START)
    assert watch(clock, 80 * MINUTE) == []


@pytest.mark.parametrize(
    "status", [Status.CANCELLED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW]
)
def test_only_a_booked_visit_is_reminded_of(clock, status):
    make_visit(status=status)
    clock.move_to(START - HOUR)
    assert reminders.write_due() == 0


def test_no_hold_is_reminded_of(clock):
    make_hold(starts_at=START)
    visit = make_visit(starts_at=START + HOUR)
    Appointment.objects.filter(pk=visit.pk).update(status=Status.HELD, held_until=START)
    clock.move_to(START - HOUR)
    assert reminders.write_due() == 0


@pytest.mark.parametrize("end", [visits.cancel, attendance.check_in])
def test_a_reminder_that_waits_is_dropped_when_the_visit_is_cancelled_or_begins(clock, end):
    visit = make_visit()
    clock.move_to(START - HOUR)
    reminders.write_due()
    end(visit, by="staff: Robin")
    assert OutgoingEmail.objects.get(key=written()[0]).status == EmailStatus.DROPPED


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([48], [("48h", 48 * 60)]),
        ([1, 2], [("2h", 120), ("1h", 60)]),
        ([3, 3, 0], [("3h", 180)]),
        ([], []),
    ],
)
def test_each_service_has_its_own_reminders(clock, hours, expected):
    make_visit(service=make_service(reminder_hours=hours))
    make_visit(starts_at=START + 200 * HOUR)
    assert watch(clock, max([25, *hours]) * HOUR + HOUR) == expected


def test_one_visit_that_cannot_be_told_does_not_silence_the_others(clock, caplog):
    odd = make_visit(zone="Nowhere/Land")
    make_visit()
    clock.move_to(START - HOUR)
    assert reminders.write_due() == 1
    assert f"visit {odd.pk} has no reminder" in caplog.text
    assert odd.email not in caplog.text


def test_a_reminder_is_of_use_until_shortly_before_the_next_or_the_visit(clock):
    make_visit()
    for ahead in (24 * HOUR, HOUR):
        clock.move_to(START - ahead)
        reminders.write_due()
    ends = OutgoingEmail.objects.order_by("pk").values_list("not_after", flat=True)
    assert list(ends) == [START - 90 * MINUTE, START]


def test_a_reminder_that_lay_in_a_dead_outbox_until_the_visit_began_is_not_sent(mailoutbox):
    now = datetime.now(ZoneInfo("UTC"))
    visit = make_visit(starts_at=now - 5 * MINUTE)
    with time_machine.travel(now - HOUR, tick=False):
        assert reminders.write_due() == 1
    mail = OutgoingEmail.objects.get(about=f"appointment:{visit.pk}")
    delivery.deliver(mail.pk)
    mail.refresh_from_db()
    assert mail.status == EmailStatus.DROPPED
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("start", "due", "words"),
    [
        ("2030-11-03 13:30", "2030-11-02 14:30", "Sunday, November 3 at 1:30 pm"),
        ("2031-03-09 09:00", "2031-03-08 08:00", "Sunday, March 9 at 9:00 am"),
    ],
)
def test_across_a_change_of_clocks_it_comes_24_hours_before_and_tells_the_new_clock(
    clock, start, due, words
):
    (start_day, start_clock), (due_day, due_clock) = start.split(), due.split()
    make_visit(starts_at=at(datetime.fromisoformat(start_day), start_clock))
    moment = at(datetime.fromisoformat(due_day), due_clock)
    clock.move_to(moment - MINUTE)
    assert reminders.write_due() == 0
    clock.move_to(moment)
    assert reminders.write_due() == 1
    assert words in OutgoingEmail.objects.get().subject


def test_visits_that_are_not_due_cost_no_query(clock):
    service = make_service(providers=[make_provider() for _ in range(40)])
    providers = list(service.providers.all())
    clock.move_to(START - 20 * HOUR)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            reminders.write_due()
        return len(captured)

    before = queries()
    for provider in providers:
        make_visit(service=service, provider=provider, starts_at=START - 19 * HOUR)
        make_visit(service=service, provider=provider)
    assert reminders.write_due() == 80
    assert queries() == before


def test_it_takes_more_than_one_batch(clock):
    service = make_service(providers=[make_provider() for _ in range(reminders.BATCH + 5)])
    for provider in service.providers.all():
        make_visit(service=service, provider=provider)
    clock.move_to(START - HOUR)
    assert reminders.write_due() == reminders.BATCH + 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one_reminder_each():
    starts_at = datetime.now(ZoneInfo("UTC")) + 20 * HOUR
    service = make_service(providers=[make_provider() for _ in range(30)])
    for provider in service.providers.all():
        make_visit(service=service, provider=provider, starts_at=starts_at)
    counts: list[int] = []
    together = threading.Barrier(3)

    def work() -> None:
        try:
            together.wait()
            counts.append(reminders.write_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 30
    assert len(written()) == len(set(written())) == 30


@pytest.mark.django_db(transaction=True)
def test_a_visit_that_is_being_cancelled_is_left_alone_and_nobody_waits():
    visit = make_visit(starts_at=datetime.now(ZoneInfo("UTC")) + 20 * HOUR)
    changed, go_on = threading.Event(), threading.Event()

    def cancel() -> None:
        try:
            with transaction.atomic():
                visits.cancel(visit, by="patient")
                changed.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=cancel)
    thread.start()
    changed.wait(10)
    assert reminders.write_due() == 0
    go_on.set()
    thread.join()
    assert reminders.write_due() == 0
    assert written() == []


@pytest.mark.django_db(transaction=True)
def test_while_reminders_are_written_patients_book_the_same_provider():
    starts_at = monday("10:00")
    visit = make_visit(starts_at=starts_at)
    hold = make_hold(service=visit.service, provider=visit.provider, starts_at=monday("15:00"))
    locked, go_on = threading.Event(), threading.Event()

    def remind() -> None:
        try:
            with transaction.atomic():
                [kind, _] = reminders.kinds()
                reminders._lock(reminders.due(kind, [visit.service_id], starts_at - 20 * HOUR))
                locked.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=remind)
    thread.start()
    locked.wait(10)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        assert book(hold).status == Status.BOOKED
    finally:
        connection.close()  # and with it the limit, which later tests would have
        go_on.set()
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_it_by_smtp(celery_worker, smtp_server):
    from appointments.tasks import write_reminders

    visit = make_visit(starts_at=datetime.now(ZoneInfo("UTC")) + 59 * MINUTE)
    write_reminders.delay()
    write_reminders.delay()
    [mail] = smtp_server.wait_for(1)
    assert mail["To"] == visit.email
    assert mail["Subject"].startswith("Reminder: ")
    assert "Open your appointment" in mail.get_body(["html"]).get_content()
    write_reminders()
    assert len(written()) == 1
    assert len(smtp_server.mails) == 1
