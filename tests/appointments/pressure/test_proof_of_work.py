"""What taking a time costs while much is held by people whose address nobody has proved."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments.models import ClinicRules, Status
from core.guard import proof_of_work, rate_limits
from tests.appointments import booking_steps, puzzle_solver
from tests.appointments.pressure.conftest import NIGHT_AND_DAY
from tests.appointments.pressure.pressure_steps import browser, of
from tests.factories import (
    make_hold,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db


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
    monkeypatch.setattr(rate_limits, "shared_counts", lambda: 1 / 0)
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
