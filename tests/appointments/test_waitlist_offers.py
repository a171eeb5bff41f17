"""A time that becomes free is offered to the first three whom it suits, for fifteen minutes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.booking import holds, moves
from appointments.booking.rules import SlotTaken
from appointments.models import Appointment, License, Status, WaitlistEntry, WaitlistOffer
from appointments.scheduling import availability
from appointments.waitlist import entries
from appointments.waitlist import offers as offering
from appointments.waitlist.offers import offer_freed_times
from core.mail.models import OutgoingEmail
from tests.appointments.waitlist_setup import (
    at_noon,
    booked_out,
    cancel_visit,
    emails,
    mails_to,
    offered_to,
    open_hours,
    waiting_entries,
)
from tests.factories import (
    at,
    make_appointment,
    make_entry,
    make_extra_hours,
    make_hold,
    make_hours,
    make_provider,
    make_service,
    make_time_off,
    monday,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


def starts_offered() -> list[datetime]:
    return sorted({offer.starts_at for offer in WaitlistOffer.objects.filter(status="open")})


# ── what counts as free ───────────────────────────────────────────────────────


def test_nobody_is_asked_while_nothing_is_free():
    service, _ = booked_out()
    waiting_entries(service)
    assert offer_freed_times() == 0
    assert offered_to() == []


def test_the_time_of_a_cancelled_visit_is_offered_to_the_first_three():
    service, visit = booked_out()
    line = waiting_entries(service, 5)
    cancel_visit(visit)
    assert offer_freed_times() == 1
    assert offered_to() == emails(line[:3])
    assert starts_offered() == [monday("10:00")]


def test_the_time_of_a_moved_visit_is_offered():
    service, visit = booked_out()
    open_hours(service, "10:00-11:00", weeks=2)
    line = waiting_entries(service, 1)
    moves.move(visit, provider=None, starts_at=monday("10:00", weeks=2))
    offer_freed_times()
    assert offered_to() == emails(line)
    assert starts_offered() == [monday("10:00")]


def test_the_time_of_a_hold_that_ran_out_is_offered():
    service, visit = booked_out()
    cancel_visit(visit)
    make_hold(service=service, starts_at=monday("10:00"), minutes=10)
    waiting_entries(service, 1)
    with at_noon(minutes=2):
        assert offer_freed_times() == 0
    with at_noon(days=1):
        assert offer_freed_times() == 1


def test_hours_that_are_added_are_offered():
    service, _ = booked_out()
    waiting_entries(service, 1)
    open_hours(service, "14:00-15:00")
    offer_freed_times()
    assert starts_offered() == [monday("14:00")]


def test_time_off_that_is_taken_back_is_offered():
    provider = make_provider(hours="")
    make_hours(provider, "10:00-10:30", [0])
    service = make_service(providers=[provider], horizon_days=13)
    off = make_time_off(provider, datetime.now(UTC).date(), monday(weeks=9).date())
    waiting_entries(service, 1)
    assert offer_freed_times() == 0
    off.delete()
    assert offer_freed_times() == 1


def test_a_cap_that_is_raised_frees_times():
    service, _ = booked_out()
    open_hours(service, "14:00-15:00")
    provider = service.providers.get()
    provider.daily_limit = 1
    provider.save()
    waiting_entries(service, 1)
    assert offer_freed_times() == 0
    provider.daily_limit = 2
    provider.save()
    assert offer_freed_times() == 1


def test_a_time_without_a_license_in_the_state_is_not_offered():
    service, visit = booked_out()
    cancel_visit(visit)
    waiting_entries(service, 1)
    License.objects.update(expires=monday().date() - timedelta(days=1))
    assert offer_freed_times() == 0


def test_nobody_of_another_state_or_service_is_asked():
    service, visit = booked_out()
    waiting_entries(service, 1, state="KY", zone="America/New_York")
    waiting_entries(make_service(providers=[]), 1)
    cancel_visit(visit)
    assert offer_freed_times() == 0


# ── whom it suits ─────────────────────────────────────────────────────────────


def test_the_first_three_whom_it_suits_are_asked_and_others_are_passed_over():
    service, visit = booked_out()
    other = make_provider()
    line = [
        make_entry(
            service=service, **wish | {"created": datetime.now(UTC) - 60 * MINUTE + n * MINUTE}
        )
        for n, wish in enumerate(
            [
                {"weekdays": [1, 2]},
                {"parts": ["evening"]},
                {"provider": other},
                {"weekdays": [0], "parts": ["morning"]},
                {"sooner_than": monday("10:00")},
                {"provider": service.providers.get()},
                {"sooner_than": monday("10:30")},
                {},
            ]
        )
    ]
    # Something later is free: who wants a time sooner than another still does.
    open_hours(service, "10:00-11:00", weeks=2)
    make_appointment(service=service, starts_at=monday("10:00", weeks=2))
    cancel_visit(visit)
    offer_freed_times()
    assert offered_to() == [line[n].email for n in (3, 5, 6)]


def test_the_parts_of_the_day_are_those_of_each_patients_clock():
    service, visit = booked_out()
    eastern = make_entry(service=service, zone="America/New_York", parts=["morning"])
    pacific = make_entry(service=service, zone="America/Los_Angeles", parts=["afternoon"])
    cancel_visit(visit)
    open_hours(service, "16:00-17:00")
    offer_freed_times()
    offers = {offer.entry.email: offer.starts_at for offer in WaitlistOffer.objects.all()}
    assert offers == {eastern.email: monday("10:00"), pacific.email: monday("16:00")}


def test_the_mail_says_the_time_on_the_patients_clock_and_nothing_else():
    service, visit = booked_out()
    entry = make_entry(service=service, zone="America/New_York")
    cancel_visit(visit)
    offer_freed_times()
    mail = OutgoingEmail.objects.get(template="waitlist_offer")
    assert (mail.to, mail.not_after) == (entry.email, WaitlistOffer.objects.get().until)
    assert "11:00 am, Eastern Time" in mail.text
    assert mail.text.count("http") == 1
    assert service.name not in mail.text + mail.subject
    assert service.providers.get().name not in mail.text


def test_the_earliest_time_that_suits_is_offered_first():
    service, visit = booked_out()
    open_hours(service, "14:00-15:00")
    cancel_visit(visit)
    first, second = waiting_entries(service, 2, parts=["afternoon"])[:1] + waiting_entries(
        service, 1
    )
    offer_freed_times()
    offers = {offer.entry.email: offer.starts_at for offer in WaitlistOffer.objects.all()}
    assert offers[first.email] == monday("14:00")
    assert second.email in offers


def test_who_wanted_a_sooner_time_takes_any_once_nothing_else_is_free():
    service, visit = booked_out()
    entry = make_entry(service=service, sooner_than=monday("10:00"))
    offer_freed_times()
    entry.refresh_from_db()
    assert entry.sooner_than is None
    cancel_visit(visit)
    offer_freed_times()
    assert offered_to() == [entry.email]


@pytest.mark.parametrize(("hour", "awake"), [(6, False), (7, True), (20, True), (21, False)])
def test_nobody_is_woken_at_night(hour, awake):
    service, visit = booked_out()
    cancel_visit(visit)
    waiting_entries(service, 1)
    with time_machine.travel(at(datetime.now(UTC).date(), f"{hour:02}:30"), tick=False):
        assert bool(offer_freed_times()) is awake


def test_of_a_line_that_is_too_long_for_one_run_the_first_are_asked(monkeypatch):
    monkeypatch.setattr(offering, "MOST_READ", 2)
    service, visit = booked_out()
    line = waiting_entries(service, 5)
    cancel_visit(visit)
    offer_freed_times()
    assert offered_to() == emails(line[:2])


# ── how it is kept, and for how long ──────────────────────────────────────────


def test_the_time_is_kept_for_them_and_nobody_else_can_take_it_meanwhile():
    service, visit = booked_out()
    cancel_visit(visit)
    waiting_entries(service, 1)
    offer_freed_times()
    assert availability.grid(service, "TN").first() is None
    with pytest.raises(SlotTaken):
        holds.take_hold(
            service=service, state="TN", starts_at=monday("10:00"), visitor="x", zone="UTC"
        )


def test_an_offer_ends_by_itself_and_the_next_three_get_the_time():
    service, visit = booked_out()
    line = waiting_entries(service, 5)
    cancel_visit(visit)
    offer_freed_times()
    with at_noon(minutes=14):
        assert offer_freed_times() == 0
    with at_noon(minutes=15):
        assert offer_freed_times() == 1
        assert offered_to() == emails(line[3:])
    assert [offer.status for offer in WaitlistOffer.objects.order_by("pk")] == [
        "lapsed",
        "lapsed",
        "lapsed",
        "open",
        "open",
    ]
    assert [mails_to(entry) for entry in line[:3]] == [["waitlist_offer"]] * 3


def test_nobody_is_offered_the_same_time_twice():
    service, visit = booked_out()
    waiting_entries(service, 1)
    cancel_visit(visit)
    offer_freed_times()
    with at_noon(hours=1):
        assert offer_freed_times() == 0
    with at_noon(days=1):
        assert offer_freed_times() == 0
    assert WaitlistOffer.objects.count() == 1


def test_one_time_is_kept_for_the_waitlist_three_times_a_day_at_most():
    service, visit = booked_out()
    waiting_entries(service, 12)
    cancel_visit(visit)
    rounds = []
    for nth in range(5):
        with at_noon(minutes=16 * nth):
            rounds.append(offer_freed_times())
    assert rounds == [1, 1, 1, 0, 0]
    with at_noon(minutes=80):
        assert availability.grid(service, "TN").first() is not None
    with at_noon(days=1, hours=2):
        assert offer_freed_times() == 1


def test_nobody_gets_more_than_three_offers_a_day_or_two_at_once():
    provider = make_provider(hours="")
    make_hours(provider, "10:00-18:00", [0])
    service = make_service(minutes=60, step=60, providers=[provider])
    waiting_entries(service, 1)
    offers = []
    for nth in range(6):
        with at_noon(minutes=16 * nth):
            offer_freed_times()
            offer_freed_times()
            offers.append(WaitlistOffer.objects.count())
    assert offers == [1, 2, 3, 3, 3, 3]
    with at_noon(days=1, hours=1):
        assert offer_freed_times() == 1


def test_a_long_line_hides_no_more_than_three_times_of_one_provider_at_once():
    provider = make_provider(hours="")
    make_hours(provider, "10:00-18:00", [0])
    service = make_service(minutes=60, step=60, providers=[provider], horizon_days=10)
    waiting_entries(service, 30)
    before = len(availability.grid(service, "TN").merged())
    for _ in range(4):
        offer_freed_times()
    assert len(availability.grid(service, "TN").merged()) == before - 3
    assert WaitlistOffer.objects.count() == 9


def test_a_visit_too_soon_to_answer_in_time_is_not_offered():
    provider = make_provider(hours="00:00-00:00")
    service = make_service(minutes=15, step=15, notice_hours=0, providers=[provider])
    waiting_entries(service, 1)
    offer_freed_times()
    [offer] = WaitlistOffer.objects.all()
    assert offer.starts_at >= offer.created + 30 * MINUTE
    assert offer.until == offer.created + 15 * MINUTE


WEEK = [(0, "00:00"), (0, "15:00"), (3, "09:00"), (5, "23:00"), (6, "23:30")]
OTHER_WEEKS = [(-1, "23:30"), (-7, "10:00"), (7, "00:00"), (7, "10:00")]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("days", "clock"), WEEK)
def test_with_anyone_the_time_goes_to_the_provider_with_the_fewest_visits_that_week(
    days, clock, turned
):
    service, busy, idle = two_who_are_free_once(turned)
    visit_of(busy, service, days, clock)
    offer_freed_times()
    assert WaitlistOffer.objects.get().provider == idle


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("days", "clock"), OTHER_WEEKS)
def test_visits_of_other_weeks_make_no_difference_to_who_gets_the_time(days, clock, turned):
    service, busy, idle = two_who_are_free_once(turned)
    for days_off in (days, days - 7 if days < 0 else days + 7):
        visit_of(busy, service, days_off, clock)
    visit_of(idle, service, 0, "15:00")
    offer_freed_times()
    assert WaitlistOffer.objects.get().provider == busy


def two_who_are_free_once(turned: bool):
    """A service and its two providers, both open from ten to eleven next Monday and never else."""
    providers = [make_provider(hours="") for _ in range(2)]
    service = make_service(minutes=60, step=60, providers=providers)
    for provider in providers:
        make_extra_hours(provider, monday().date(), hours="10:00-11:00")
    waiting_entries(service, 1)
    return service, *(reversed(providers) if turned else providers)


def visit_of(provider, service, days: int, clock: str) -> None:
    """A visit so many days from next Monday, by the clock of its provider."""
    start = at(monday().date() + timedelta(days=days), clock, provider.time_zone)
    make_appointment(service=service, provider=provider, starts_at=start)


def test_a_place_ends_after_sixty_days_and_is_deleted_a_month_later():
    service, _ = booked_out()
    [entry] = waiting_entries(service, 1)
    with at_noon(days=60):
        offer_freed_times()
        entry.refresh_from_db()
        assert entry.status == "ended"
    with at_noon(days=89):
        assert entries.purge(datetime.now(UTC)) == 0
    with at_noon(days=91):
        assert entries.purge(datetime.now(UTC)) == 1
    assert not WaitlistEntry.objects.exists()


def test_a_place_outlives_the_hold_of_its_offer():
    service, visit = booked_out()
    waiting_entries(service, 1)
    cancel_visit(visit)
    offer_freed_times()
    with at_noon(days=2):
        holds.purge_abandoned_holds()
    assert not Appointment.objects.filter(status__in=[Status.HELD, Status.EXPIRED]).exists()
    assert WaitlistOffer.objects.get().hold is None


# ── what it costs ─────────────────────────────────────────────────────────────


def test_a_run_costs_the_same_queries_however_long_the_line_is():
    def queries(count: int) -> int:
        waiting_entries(service, count)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            offer_freed_times()
        return len(captured)

    service, _ = booked_out()
    assert queries(1) == queries(50) <= 20
