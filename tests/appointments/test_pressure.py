"""Much is taken by people whose address nobody has proved: what each of them pays and may hold."""

import re
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments import links
from appointments.booking import holds
from appointments.booking import pressure as booking_pressure
from appointments.booking.holds import SHORT_HOLD
from appointments.booking.visits import CONFIRM_WITHIN
from appointments.models import Appointment, ClinicRules, Status
from appointments.scheduling import availability
from core.guard import proof_of_work, rate_limits
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps, puzzle_solver
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    make_appointment,
    make_hold,
    make_provider,
    make_service,
    monday,
)
from tests.visitor import Page, Visitor, in_process

pytestmark = pytest.mark.django_db
EMAIL = "grace@example.org"
NIGHT_AND_DAY = "00:00-00:00"


@pytest.fixture(autouse=True)
def _short_sums(monkeypatch):
    monkeypatch.setattr(proof_of_work, "COST", 1)


@pytest.fixture
def service():
    return make_service()


@pytest.fixture
def pressure():
    """Somebody holds as many times, elsewhere, as is unusual."""
    ClinicRules.objects.create(most_hourly=20)
    elsewhere = make_service(providers=[make_provider(hours=NIGHT_AND_DAY)])
    for nth in range(5):
        make_hold(service=elsewhere, starts_at=monday(f"{8 + nth:02}:00"), minutes=10)
    assert booking_pressure.read().is_on


def browser(network: str = "203.0.113.7") -> Visitor:
    return in_process(Client(REMOTE_ADDR=network))


def take(visitor: Visitor, service, starts_at, **also: str) -> Page:
    return puzzle_solver.pass_proof_of_work(
        visitor, booking_steps.hold_time(visitor, service, starts_at, **also)
    )


def book(visitor: Visitor, service, starts_at, **answers) -> Page:
    page = take(visitor, service, starts_at)
    return puzzle_solver.pass_proof_of_work(
        visitor, booking_steps.fill_in(visitor, page, **answers)
    )


def mailed(template: str) -> str:
    """The path in the last mail of that kind."""
    text = OutgoingEmail.objects.filter(template=template).latest("pk").text
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


def prove(visitor: Visitor, service, email: str = EMAIL) -> None:
    """Ask for the link, open it and press its button."""
    page = visitor.get(f"/book/tn/{service.slug}/proof/")
    visitor.submit(page, press="Send me the link", email=email)
    visitor.press(visitor.get(mailed("email_proof")), "See open times")


def of(email: str = EMAIL) -> Appointment:
    return Appointment.objects.get(email=email)


# ── what taking a time costs ──────────────────────────────────────────────────


def test_on_a_calm_day_nobody_does_a_sum_and_nothing_waits(service):
    page = booking_steps.book(browser(), service, monday())
    assert "Thank you" in page.text
    assert of().status == Status.BOOKED


def test_a_calm_day_costs_one_question_more(service):
    visitor = browser()
    booking_steps.hold_time(visitor, service, monday("09:00"))
    with CaptureQueriesContext(connection) as queries:
        booking_steps.hold_time(visitor, service, monday("12:00"))
    asked = [query["sql"] for query in queries if "most_unproved" in query["sql"]]
    assert len(asked) == 1


def test_under_pressure_every_browser_works_before_it_holds_a_time(pressure, service):
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday())
    assert page.status == 429
    assert not service.appointments.exists()
    assert puzzle_solver.pass_proof_of_work(visitor, page).path.startswith("/book/details/")


def test_the_more_is_held_the_more_work_it_is(service):
    ClinicRules.objects.create(most_hourly=20)
    provider = make_provider(hours=NIGHT_AND_DAY)
    elsewhere = make_service(providers=[provider])
    tries = []
    for nth in range(20):
        make_hold(service=elsewhere, starts_at=monday(f"{nth:02}:30"))
        page = booking_steps.hold_time(browser(), service, monday())
        if page.status == 429:
            tries.append(puzzle_solver.puzzle_on(page.text)["most"])
            assert not service.appointments.exists()
        else:
            service.appointments.all().delete()
    assert sorted(set(tries)) == [256, 512, 1024]
    assert tries == sorted(tries)


def test_each_piece_of_work_makes_the_next_dearer_for_its_network_alone(pressure, service):
    visitor, tries = browser(), []
    for nth in range(8):
        page = booking_steps.hold_time(visitor, service, monday("10:00", weeks=1 + nth))
        tries.append(puzzle_solver.puzzle_on(page.text)["most"])
        puzzle_solver.pass_proof_of_work(visitor, page)
    assert tries == [256, 256, 512, 512, 1024, 1024, 2048, 2048]
    fresh = booking_steps.hold_time(browser("198.51.100.1"), service, monday("15:00"))
    assert puzzle_solver.puzzle_on(fresh.text)["most"] == 256


@pytest.mark.parametrize("network", ["10.0.0.{}", "2001:db8:7:{:x}::1"])
def test_networks_side_by_side_pay_for_one_another_in_the_end(pressure, service, network):
    tries = []
    for nth in range(1, 35):
        visitor = browser(network.format(nth))
        page = booking_steps.hold_time(visitor, service, monday("10:00"))
        tries.append(puzzle_solver.puzzle_on(page.text)["most"])
        puzzle_solver.pass_proof_of_work(visitor, page)
        service.appointments.all().delete()
    assert tries == [256] * 32 + [512] * 2


def test_work_done_in_store_is_worth_no_more(pressure, service):
    starts = [monday("10:00", weeks=1 + nth) for nth in range(6)]
    pages = [booking_steps.hold_time(browser(), service, start) for start in starts]
    answers = []
    for page, start in zip(pages, starts, strict=True):
        work, _ = puzzle_solver.solve(puzzle_solver.puzzle_on(page.text))
        answers.append(
            booking_steps.hold_time(browser(), service, start, proof_of_work=work).status
        )
    assert answers == [200, 200, 429, 429, 429, 429]


@pytest.mark.parametrize("how", ["proof_of_work", "wait"])
def test_neither_work_nor_waiting_counts_in_another_network(pressure, service, time_machine, how):
    time_machine.move_to(timezone.now(), tick=False)
    page = booking_steps.hold_time(browser("198.51.100.1"), service, monday())
    work, _ = puzzle_solver.solve(puzzle_solver.puzzle_on(page.text))
    sent = {"proof_of_work": work, "wait": page.form_with("wait").fields["wait"]}[how]
    time_machine.shift(timedelta(seconds=30))
    assert (
        booking_steps.hold_time(browser("198.51.100.2"), service, monday(), **{how: sent}).status
        == 429
    )
    assert (
        booking_steps.hold_time(browser("198.51.100.1"), service, monday(), **{how: sent}).status
        == 200
    )


def test_with_the_cache_away_pressure_is_seen_and_work_grows(pressure, service, monkeypatch):
    monkeypatch.setattr(rate_limits, "_shared", lambda: 1 / 0)
    monkeypatch.setattr(rate_limits, "_shared_paused_until", 0.0)
    visitor, tries = browser("192.0.2.77"), []
    for nth in range(4):
        page = booking_steps.hold_time(visitor, service, monday("10:00", weeks=1 + nth))
        tries.append(puzzle_solver.puzzle_on(page.text)["most"])
        assert puzzle_solver.pass_proof_of_work(visitor, page).status == 200
    assert tries == [256, 256, 512, 512]


def test_work_for_one_thing_counts_for_no_other(pressure, service, rf):
    page = booking_steps.hold_time(browser(), service, monday())
    work, _ = puzzle_solver.solve(puzzle_solver.puzzle_on(page.text))
    request = rf.post("/", {"proof_of_work": work}, REMOTE_ADDR="203.0.113.7")
    assert not proof_of_work.is_done(request, "bookings")
    assert proof_of_work.is_done(request, "holds")
    assert not proof_of_work.is_done(request, "holds"), "once"


def test_who_waits_without_javascript_waits_longer_each_time(pressure, service, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    seconds = []
    for nth in range(4):
        start = monday("10:00", weeks=1 + nth)
        page = booking_steps.hold_time(browser(), service, start)
        wait = page.form_with("wait").fields["wait"]
        seconds.append(int(re.search(r"Wait (\d+) seconds", page.text)[1]))
        time_machine.shift(timedelta(seconds=seconds[-1] - 2))
        assert booking_steps.hold_time(browser(), service, start, wait=wait).status == 429
        time_machine.shift(timedelta(seconds=4))
        assert booking_steps.hold_time(browser(), service, start, wait=wait).status == 200
    assert seconds == [20, 20, 40, 40]


def test_two_who_wait_in_the_same_second_both_go_on(pressure, service, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    starts = [monday("10:00"), monday("14:00")]
    waits = [
        booking_steps.hold_time(browser(), service, start).form_with("wait").fields["wait"]
        for start in starts
    ]
    time_machine.shift(timedelta(seconds=22))
    for start, wait in zip(starts, waits, strict=True):
        assert booking_steps.hold_time(browser(), service, start, wait=wait).status == 200


# ── how long a time is kept ───────────────────────────────────────────────────


def test_under_pressure_a_hold_is_short_cannot_be_prolonged_and_says_so(pressure, service):
    page = take(browser(), service, monday())
    hold = service.appointments.get()
    assert hold.held_until - hold.created <= SHORT_HOLD + timedelta(seconds=1)
    assert "three minutes" in page.text
    assert "I need more time" not in page.text
    assert not holds.extend(hold)


def test_a_hold_from_before_the_pressure_gets_no_more_time_and_keeps_what_was_typed(service):
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday())
    until = service.appointments.get().held_until
    ClinicRules.objects.create(most_hourly=20)
    elsewhere = make_service(providers=[make_provider(hours=NIGHT_AND_DAY)])
    for nth in range(5):
        make_hold(service=elsewhere, starts_at=monday(f"{8 + nth:02}:00"))
    page = visitor.submit(page, press="I need more time", first_name="Ottilie")
    assert "we cannot keep it longer" in page.text
    assert page.form_with("first_name").fields["first_name"] == "Ottilie"
    assert service.appointments.get().held_until == until


def test_who_types_slowly_still_gets_the_time(pressure, service, time_machine):
    visitor = browser()
    page = take(visitor, service, monday())
    Appointment.objects.filter(service=service).update(
        held_until=timezone.now() - timedelta(minutes=9)
    )
    page = puzzle_solver.pass_proof_of_work(visitor, booking_steps.fill_in(visitor, page))
    assert page.path.startswith("/book/done/")
    assert of().status == Status.HELD


# ── booking ───────────────────────────────────────────────────────────────────


def test_under_pressure_a_booking_waits_for_the_button_behind_the_mailed_link(pressure, service):
    visitor = browser()
    page = book(visitor, service, monday())
    assert "One more step" in page.text
    visit = of()
    assert visit.status == Status.HELD
    left = visit.held_until - timezone.now()
    assert timedelta(minutes=29) < left <= CONFIRM_WITHIN
    assert [mail.template for mail in OutgoingEmail.objects.all()] == ["appointment_confirm"]
    page = visitor.get(mailed("appointment_confirm"))
    assert of().status == Status.HELD, "whoever scans mail opens links"
    visitor.press(page, "Yes, book this visit")
    assert (of().status, of().proved) == (Status.BOOKED, True)
    assert OutgoingEmail.objects.filter(template="appointment_booked").count() == 1


def test_what_nobody_confirms_is_free_again_after_half_an_hour(pressure, service, time_machine):
    visitor = browser()
    done = book(visitor, service, monday())
    second = int(monday().timestamp())
    assert second not in availability.grid(service, "TN").merged()
    time_machine.move_to(timezone.now() + timedelta(minutes=31))
    assert second in availability.grid(service, "TN").merged()
    assert "This time was given back" in visitor.get(done.path).text


def test_confirming_late_books_while_nobody_else_has_the_time(pressure, service, time_machine):
    visitor = browser()
    book(visitor, service, monday())
    time_machine.move_to(timezone.now() + timedelta(minutes=45))
    page = visitor.get(mailed("appointment_confirm"))
    assert "it may still be free" in page.text
    visitor.press(page, "Yes, book this visit")
    assert of().status == Status.BOOKED


def test_choosing_another_time_gives_back_no_visit_that_waits(pressure, service):
    visitor = browser()
    book(visitor, service, monday("10:00"))
    assert take(visitor, service, monday("14:00")).path.startswith("/book/details/")
    assert of().status == Status.HELD


def test_the_done_page_is_the_same_for_every_address(pressure, service):
    """Known, unknown, or with many visits: under pressure all are told the same."""
    ClinicRules.objects.update(most_upcoming=1)
    make_appointment(service=service, email="many@example.org", starts_at=monday(weeks=3))
    make_appointment(
        service=service, email="known@example.org", starts_at=timezone.now() - timedelta(days=9)
    )
    pages = []
    for nth, email in enumerate(["many@example.org", "known@example.org", "new@example.org"]):
        page = book(
            browser(f"198.51.100.{nth}"), service, monday("14:00", weeks=nth + 1), email=email
        )
        text = page.text.split("<h1>")[1].split('<p class="muted"')[0]
        pages.append(re.sub(r"\d+:\d+|<time.*?</time>", "", text.replace(email, ""), flags=re.S))
    assert len(set(pages)) == 1
    assert "One more step" in pages[0]


def test_who_proved_the_address_books_at_once_without_work_and_for_ten_minutes(pressure, service):
    visitor = browser()
    prove(visitor, service)
    page = booking_steps.hold_time(visitor, service, monday())
    assert page.status == 200
    assert "three minutes" not in page.text
    page = booking_steps.fill_in(visitor, page, email=EMAIL)
    assert "You are booked" in page.text
    assert (of().status, of().proved) == (Status.BOOKED, True)


def test_a_proof_of_one_address_books_nothing_at_once_for_another(pressure, service):
    visitor = browser()
    prove(visitor, service)
    page = booking_steps.fill_in(
        visitor, booking_steps.hold_time(visitor, service, monday()), email="else@example.org"
    )
    assert "One more step" in page.text
    assert of("else@example.org").status == Status.HELD


def test_one_proved_address_holds_one_time_in_whatever_number_of_browsers(pressure, service):
    first, second = browser(), browser("198.51.100.2")
    prove(first, service)
    link = mailed("email_proof")
    second.press(second.get(link), "See open times")
    booking_steps.hold_time(first, service, monday("10:00"))
    booking_steps.hold_time(second, service, monday("14:00"))
    held = service.appointments.filter(status=Status.HELD)
    assert [hold.starts_at for hold in held] == [monday("14:00")]


def test_an_address_keeps_two_times_that_wait_and_its_other_mails_still_book(pressure):
    service = make_service(providers=[make_provider(), make_provider()])
    for nth in range(4):
        page = book(browser(f"198.51.100.{nth}"), service, monday(f"{9 + 2 * nth:02}:00"))
        assert "One more step" in page.text
    waiting = Appointment.objects.filter(email=EMAIL)
    assert waiting.blocking(timezone.now()).count() == 2
    patient = browser()
    patient.press(patient.get(mailed("appointment_confirm")), "Yes, book this visit")
    assert waiting.filter(status=Status.BOOKED).count() == 1


def test_an_address_over_its_limit_keeps_two_times_on_a_calm_day_too(service):
    ClinicRules.objects.create(most_upcoming=1)
    for nth in range(5):
        page = booking_steps.book(browser(f"198.51.100.{nth}"), service, monday(weeks=nth + 1))
        assert "Thank you" in page.text
    mine = Appointment.objects.filter(email=EMAIL).blocking(timezone.now())
    assert mine.count() == 3


# ── a third of each day ───────────────────────────────────────────────────────


@pytest.fixture
def a_third_is_held(service):
    """Of one provider's sixteen times that day five are held by who proved nothing."""
    starts = [monday(f"{9 + nth:02}:00") for nth in range(6)]
    pages = [
        booking_steps.hold_time(browser(f"198.51.100.{nth}"), service, start)
        for nth, start in enumerate(starts)
    ]
    assert [page.status for page in pages] == [200] * 5 + [409]
    return pages[-1]


def test_who_meets_the_share_gets_other_times_and_takes_one(a_third_is_held, service):
    assert "A great many people are choosing times" in a_third_is_held.text
    visitor = browser("198.51.100.5")
    page = booking_steps.hold_time(visitor, service, monday("14:00"))
    assert visitor.press(page, "Take ").path.startswith("/book/details/")


def test_the_calendar_still_shows_all_that_is_free(a_third_is_held, service):
    page = booking_steps.times_page(browser(), service, query=f"?day={monday():%Y-%m-%d}")
    assert page.text.count('name="slot"') >= 11


def test_who_proved_an_address_takes_any_of_the_rest(a_third_is_held, service):
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday("15:00"))
    assert page.status == 409
    assert f"/book/tn/{service.slug}/proof/" in page.text
    prove(visitor, service)
    page = booking_steps.fill_in(
        visitor, booking_steps.hold_time(visitor, service, monday("15:00")), email=EMAIL
    )
    assert of().status == Status.BOOKED


def test_booked_visits_of_a_day_leave_a_third_of_what_is_left(service):
    for nth in range(10):
        make_appointment(
            service=service, starts_at=monday() + timedelta(minutes=30 * nth), proved=True
        )
    left = [monday("09:00"), monday("09:30"), monday("15:00"), monday("15:30")]
    codes = [
        booking_steps.hold_time(browser(f"198.51.100.{nth}"), service, start).status
        for nth, start in enumerate(left)
    ]
    assert codes == [200, 200, 409, 409], "two in any case"


def test_a_hold_that_ran_out_is_no_way_past_the_share(service, pressure):
    visitors = [browser(f"198.51.100.{nth}") for nth in range(10)]
    pages = []
    for nth, visitor in enumerate(visitors):
        pages.append(take(visitor, service, monday() + timedelta(minutes=30 * nth)))
        service.appointments.update(held_until=timezone.now() - timedelta(seconds=1))
    assert {page.status for page in pages} == {200}
    for nth, (visitor, page) in enumerate(zip(visitors, pages, strict=True)):
        puzzle_solver.pass_proof_of_work(
            visitor, booking_steps.fill_in(visitor, page, email=f"some{nth}@example.org")
        )
    assert service.appointments.blocking(timezone.now()).count() == 5


def test_moving_what_nobody_proved_is_no_way_past_the_share(a_third_is_held, service):
    visitor = browser()
    page = booking_steps.book(visitor, service, monday(weeks=3))
    page = visitor.get(re.search(r'"(/appointments/[^"]+/)"', page.text)[1])
    moved = visitor.get(re.search(r'"(/appointments/[^"]+/reschedule/)"', page.text)[1])
    sent = moved.form_with("csrfmiddlewaretoken").fields | {
        "slot": booking_steps.slot(monday("15:00"))
    }
    answer = visitor.post(moved.path, sent)
    assert answer.status == 409
    assert "A great many people" in answer.text
    mailed_page = links.page(of(), "reschedule")
    assert visitor.post(mailed_page, sent).status == 200
    assert (of().starts_at, of().proved) == (monday("15:00"), True)


# ── in all ────────────────────────────────────────────────────────────────────


def test_when_as_many_are_held_as_staff_allow_a_proved_address_goes_on(service):
    ClinicRules.objects.create(most_unproved=2)
    for nth in range(2):
        make_hold(service=service, starts_at=monday(f"{9 + nth:02}:00"))
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday("15:00"))
    assert page.status == 409
    assert "show us first that your e-mail address is yours" in page.text
    prove(visitor, service)
    assert booking_steps.hold_time(visitor, service, monday("15:00")).status == 200


@pytest.fixture
def hour_is_full(service):
    ClinicRules.objects.create(most_hourly=2)
    signed_in("manager", email="manager@example.org")
    signed_in("editor", email="editor@example.org")
    for nth in range(2):
        booking_steps.book(browser(f"198.51.100.{nth}"), service, monday(weeks=nth + 1))


def test_when_an_hour_is_full_patients_get_a_phone_number_and_the_waitlist(hour_is_full, service):
    page = booking_steps.hold_time(browser(), service, monday(weeks=4))
    assert page.status == 429
    assert "Booking online takes a short rest" in page.text
    assert f"/book/tn/{service.slug}/waitlist/" in page.text
    assert page.headers["Retry-After"]


def test_whoever_typed_when_the_hour_became_full_loses_nothing(service):
    ClinicRules.objects.create(most_hourly=2)
    visitor = browser()
    page = booking_steps.hold_time(visitor, service, monday(weeks=5))
    for nth in range(2):
        make_appointment(service=service, starts_at=monday(weeks=nth + 1))
    page = booking_steps.fill_in(visitor, page, first_name="Ottilie")
    assert page.status == 429
    assert not Appointment.objects.filter(email=EMAIL).exists()
    ClinicRules.objects.update(most_hourly=20)
    page = visitor.press(page, "Try again")
    assert "Thank you, Ottilie" in page.text


def test_an_hour_later_booking_goes_on(hour_is_full, service, time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert booking_steps.hold_time(browser(), service, monday(weeks=4)).status == 200


def test_managers_get_one_neutral_mail_a_day(hour_is_full, service, time_machine):
    ClinicRules.objects.update(most_hourly=3)
    booking_steps.book(browser(), service, monday(weeks=5))
    mails = OutgoingEmail.objects.filter(template="booking_paused")
    assert [mail.to for mail in mails] == ["manager@example.org"]
    assert EMAIL not in mails[0].text
    assert "Grace" not in mails[0].text


def test_what_staff_book_does_not_count(service):
    ClinicRules.objects.create(most_hourly=1)
    make_appointment(service=service, made_by_staff=True)
    assert booking_steps.hold_time(browser(), service, monday(weeks=4)).status == 200


def test_staff_see_the_counts_and_set_the_limits(hour_is_full, settings):
    settings.STAFF_MFA_REQUIRED = False
    manager = signed_in("manager")
    rules = manager.get("/admin/appointments/clinicrules/1/change/").content.decode()
    assert "Booked online in the last hour: 2 of 2." in rules
    assert 'name="most_hourly"' in rules
    assert 'name="most_unproved"' in rules
    assert "Booking online rests" in manager.get("/admin/").content.decode()


def test_what_is_counted_as_taken_is_what_keeps_a_time(service):
    """The count is written by hand: it has to mean what `blocking` means, for every status."""
    now = timezone.now()
    ends = (None, now - timedelta(minutes=1), now, now + timedelta(minutes=1))
    ages = (timedelta(minutes=30), timedelta(hours=2), timedelta(days=2))
    kinds = product(Status, ends, ages, (False, True))
    for nth, (status, until, age, proved) in enumerate(kinds):
        if status == Status.HELD and until is None:
            continue  # the database keeps no such row
        visit = make_appointment(service=service, starts_at=monday() + timedelta(days=7 * nth))
        rows = Appointment.objects.filter(pk=visit.pk)
        rows.update(status=status, held_until=until, created=now - age, proved=proved)
        rows.update(made_by_staff=nth % 5 == 0)
    taken = Appointment.objects.blocking(now).filter(made_by_staff=False)
    taken = taken.filter(created__gt=now - timedelta(days=1))
    visits = taken.exclude(status=Status.HELD)
    in_hour = visits.filter(created__gt=now - timedelta(hours=1))
    expected = (
        taken.filter(status=Status.HELD, proved=False).count(),
        in_hour.count(),
        in_hour.filter(proved=False).count(),
        visits.filter(proved=False).count(),
    )
    assert booking_pressure.read(now)[:4] == expected
    assert min(expected) > 0
