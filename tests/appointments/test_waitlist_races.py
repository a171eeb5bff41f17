"""Several at once: one of them has the time, no one is asked twice, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import close_old_connections, connections
from django.test import Client

from appointments.booking import holds
from appointments.booking.rules import SlotTaken
from appointments.models import Appointment, Status, WaitlistEntry, WaitlistOffer
from appointments.scheduling.time_preferences import TimePreferences
from appointments.waitlist import entries, links, responses
from appointments.waitlist import offers as offering
from appointments.waitlist.offers import offer_freed_times
from tests.appointments.booking_steps import GRACE
from tests.appointments.waitlist_setup import (
    at_noon,
    booked_out,
    cancel_visit,
    mails_to,
    waiting_entries,
)
from tests.factories import make_hours, make_provider, make_service, monday

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Their results; all begin in the same moment, each with a database connection of its own."""
    ready = Barrier(len(calls))

    def run(call):
        close_old_connections()
        try:
            ready.wait(10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result(30) for future in [threads.submit(run, call) for call in calls]]


def accept(entry: WaitlistEntry) -> Callable[[], int]:
    """Press the button; the status of the answer."""
    sent = {"slot": f"{monday('10:00'):%Y-%m-%dT%H:%MZ}"}
    return lambda: Client().post(links.page(entry, "waitlist_accept"), sent).status_code


def offered_line() -> list[WaitlistEntry]:
    service, visit = booked_out()
    cancel_visit(visit)
    line = waiting_entries(service)
    offer_freed_times()
    return line


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_three_who_accept_at_once_one_has_the_time(number):
    line = offered_line()
    assert sorted(at_once(*map(accept, line))) == [302, 409, 409]
    visit = Appointment.objects.get(status=Status.BOOKED)
    [winner] = WaitlistEntry.objects.filter(status="fulfilled")
    assert (winner.email, winner.appointment) == (visit.email, visit)
    for entry in line:
        if entry != winner:
            assert mails_to(entry) == ["waitlist_offer", "waitlist_offer_taken"]


def test_without_the_claim_both_would_be_told_that_they_have_it(monkeypatch):
    """The control: what the test above guards against does happen without the guard."""

    def careless(offer):
        entry = WaitlistEntry.objects.get(pk=offer.entry_id)
        entry.status, entry.closed = "fulfilled", offer.until
        entry.save()
        return entry, []

    monkeypatch.setattr(responses, "_claim", careless)
    # The constraint would refuse a second accepted offer.
    monkeypatch.setattr(WaitlistOffer.objects, "filter", lambda **_: WaitlistOffer.objects.none())
    assert sorted(at_once(*map(accept, offered_line()))).count(302) > 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_workers_that_offer_at_once_ask_nobody_twice(number):
    providers = [make_provider(hours="") for _ in range(3)]
    for provider in providers:
        make_hours(provider, "10:00-14:00", [0])
    service = make_service(minutes=60, step=60, providers=providers)
    waiting_entries(service, 12)
    at_once(*[offer_freed_times] * 4)
    offer_freed_times()
    offers = WaitlistOffer.objects.filter(status="open")
    assert offers.count() == 12
    assert offers.values("hold").distinct().count() == 4
    assert Appointment.objects.filter(status=Status.HELD).count() == 4


@pytest.mark.parametrize("number", range(ROUNDS))
def test_workers_that_chose_the_same_people_in_the_same_moment_ask_them_once(number):
    providers = [make_provider() for _ in range(4)]
    service = make_service(providers=providers)
    line = waiting_entries(service)
    found = at_once(
        *[
            partial(offering._offer, service, "TN", monday("10:00"), provider, line)
            for provider in providers
        ]
    )
    assert sorted(map(len, found)) == [0, 0, 0, 3]
    assert Appointment.objects.filter(status=Status.HELD).count() == 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_accepting_leaving_declining_and_offering_at_once_never_block_each_other(number):
    line = offered_line()
    first, second, third = (entry.offers.get() for entry in line)
    statuses = at_once(
        accept(line[0]),
        lambda: entries.leave(line[1]),
        lambda: responses.decline(third),
        offer_freed_times,
        lambda: entries.leave(line[0]),
    )
    visits = Appointment.objects.filter(status=Status.BOOKED)
    assert visits.count() == (statuses[0] == 302)
    line[0].refresh_from_db()
    assert line[0].status == ("fulfilled" if visits else "left")
    assert not WaitlistOffer.objects.filter(entry=line[1], status="open").exists()
    for offer in (first, second, third):
        offer.refresh_from_db()
        assert offer.status != "open" or offer.entry.status == "waiting"


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_patient_who_takes_the_time_as_it_is_offered_gets_it_or_the_line_does(number):
    service, visit = booked_out()
    cancel_visit(visit)
    waiting_entries(service)

    def take():
        try:
            return holds.take_hold(
                service=service, state="TN", starts_at=monday("10:00"), visitor="x" * 64,
                zone="America/Chicago",
            )  # fmt: skip
        except SlotTaken:
            return None

    hold, offered = at_once(take, offer_freed_times)
    assert bool(hold) != bool(offered)
    assert Appointment.objects.filter(status=Status.HELD).count() == 1


def test_a_person_who_joins_twice_at_once_has_one_place():
    service, _ = booked_out()

    def join():
        preferences = TimePreferences(ZoneInfo("America/Chicago"))
        entries.join(service=service, state="TN", details=GRACE, preferences=preferences)

    at_once(*[join] * 6)
    # The others are one question, which only the mailed link answers.
    assert sorted(WaitlistEntry.objects.values_list("status", flat=True)) == ["asked", "waiting"]
