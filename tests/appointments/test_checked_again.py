"""What was read before the provider's lock is looked at again after it.

Each change is made at the last moment before the lock, as somebody else's that commits just then:
before a change of the calendar is saved, staff hold the same lock.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.booking import attendance, follow_ups, holds, moves, staff_booking, visits
from appointments.booking.rules import HoldGone, NotChangeable, SlotTaken, TimeClosed
from appointments.booking.staff_booking import NotLicensed, OutsideRules
from appointments.models import (
    Appointment,
    License,
    OfferStatus,
    Provider,
    Service,
    Status,
    WaitlistOffer,
    WeeklyHours,
)
from appointments.waitlist import responses
from appointments.waitlist.responses import OfferOver
from core.mail.models import OutgoingEmail
from tests.appointments.booking_steps import GRACE
from tests.factories import (
    make_appointment,
    make_entry,
    make_hold,
    make_service,
    make_time_off,
    monday,
)

pytestmark = pytest.mark.django_db
LOCKS = (
    (holds, "lock"),
    (attendance, "lock"),
    (visits, "lock"),
    (moves, "lock"),
    (staff_booking, "lock"),
    (follow_ups, "lock"),
)
WISHED = monday("10:00", weeks=2)

Change = Callable[[Provider], object]
# Only what makes the visit of that Monday impossible.
CHANGES: dict[str, Change] = {
    "license": lambda who: License.objects.update(expires=monday(weeks=1).date()),
    "sees patients": lambda who: Provider.objects.update(active=False),
    "closure": lambda who: make_time_off(None, WISHED.date()),
    "time off": lambda who: make_time_off(who, WISHED.date(), hours="10:15-11:00"),
    "hours": lambda who: WeeklyHours.objects.update(valid_to=monday(weeks=1).date()),
}


@pytest.fixture
def service() -> Service:
    return make_service(horizon_days=60)


@pytest.fixture
def at_the_lock(monkeypatch) -> Callable[[Change, Provider], None]:
    """Makes the change before the next lock of a provider is taken."""

    def arrange(change: Change, provider: Provider) -> None:
        left = [change]

        def late(lock):
            def locked(*args, **kwargs):
                while left:
                    left.pop()(provider)
                return lock(*args, **kwargs)

            return locked

        for module, name in LOCKS:
            monkeypatch.setattr(module, name, late(getattr(module, name)))

    return arrange


def hold(service: Service) -> Appointment:
    return holds.take_hold(
        service=service, state="TN", starts_at=WISHED, visitor="somebody", zone="America/Chicago"
    )


def before_hold(service: Service):
    return lambda: hold(service)


def before_booking(service: Service):
    held = hold(service)
    return lambda: visits.book(hold=held, details=GRACE)


def before_booking_what_has_run_out(service: Service):
    held = hold(service)
    Appointment.objects.update(status=Status.EXPIRED)
    return lambda: visits.book(hold=held, details=GRACE)


def before_confirming(service: Service):
    waiting = make_appointment(
        service=service,
        starts_at=WISHED,
        status=Status.HELD,
        held_until=timezone.now() + timedelta(minutes=20),
    )
    return lambda: visits.confirm(waiting)


def before_moving(service: Service):
    visit = make_appointment(service=service, starts_at=monday("10:00", weeks=1))
    return lambda: moves.move(visit, provider=None, starts_at=WISHED, proved=True)


def before_staff_book(service: Service):
    wish = staff_booking.WantedVisit(service.providers.get(), service, "TN", WISHED)
    return lambda: staff_booking.book_for_patient(wish, GRACE, by="staff: test")


def before_staff_move(service: Service):
    visit = make_appointment(service=service, starts_at=monday("10:00", weeks=1))
    who = service.providers.get()
    return lambda: staff_booking.move_for_patient(
        visit, provider=who, starts_at=WISHED, by="staff: test"
    )


def before_a_series(service: Service):
    visit = make_appointment(service=service, starts_at=monday("10:00", weeks=1))
    wish = staff_booking.WantedVisit(visit.provider, service, "TN", WISHED)
    return lambda: follow_ups.book_series([wish], GRACE, after=visit, by="staff: test")


def before_accepting(service: Service):
    held = make_hold(service=service, starts_at=WISHED, visitor="waitlist:1")
    offer = WaitlistOffer.objects.create(
        entry=make_entry(service=service),
        hold=held,
        provider=held.provider,
        starts_at=WISHED,
        created=timezone.now(),
        until=timezone.now() + timedelta(minutes=15),
    )
    return lambda: responses.accept(offer)


STEPS = [
    before_hold,
    before_booking,
    before_booking_what_has_run_out,
    before_confirming,
    before_moving,
    before_staff_book,
    before_staff_move,
    before_a_series,
    before_accepting,
]
REFUSED = (
    SlotTaken,
    NotLicensed,
    OutsideRules,
    OfferOver,
)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_just_before_the_lock_counts(service, at_the_lock, step, change):
    act = step(service)
    at_the_lock(CHANGES[change], service.providers.get())
    with pytest.raises(REFUSED):
        act()
    there = Appointment.objects.filter(starts_at=WISHED, status=Status.BOOKED)
    assert not there.exists()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_without_a_change_each_of_them_goes_through(service, at_the_lock, step):
    act = step(service)
    at_the_lock(lambda who: None, service.providers.get())
    act()
    assert Appointment.objects.filter(starts_at=WISHED).exists()


@pytest.mark.parametrize("step", [before_hold, before_booking, before_confirming, before_moving])
def test_a_time_that_the_clinic_has_closed_is_not_called_somebody_else_s(service, step):
    act = step(service)
    CHANGES["closure"](service.providers.get())
    with pytest.raises(TimeClosed) as refused:
        act()
    assert refused.value.nearest


def test_an_offer_for_a_time_that_was_closed_meanwhile_has_ended(service, at_the_lock):
    act = before_accepting(service)
    at_the_lock(CHANGES["closure"], service.providers.get())
    with pytest.raises(OfferOver):
        act()
    assert WaitlistOffer.objects.get().status == OfferStatus.LAPSED


def test_a_patient_is_checked_in_by_the_license_of_that_moment(service, at_the_lock):
    visit = make_appointment(service=service)
    at_the_lock(lambda who: License.objects.update(expires="2020-01-01"), visit.provider)
    with pytest.raises(NotChangeable):
        attendance.check_in(visit, by="staff: test")


def test_a_visit_that_was_moved_before_the_lock_is_not_confirmed_as_it_was(service, at_the_lock):
    waiting = make_appointment(
        service=service,
        starts_at=WISHED,
        status=Status.HELD,
        held_until=timezone.now() + timedelta(minutes=20),
    )
    at_the_lock(
        lambda who: moves.move(
            Appointment.objects.get(), provider=None, starts_at=monday("11:00", weeks=2)
        ),
        waiting.provider,
    )
    with pytest.raises(NotChangeable):
        visits.confirm(waiting)
    assert Appointment.objects.get().status == Status.HELD


def test_a_hold_that_was_given_back_in_the_same_moment_books_nothing(service):
    held = hold(service)
    book = before_booking_of(held)
    assert holds.release(held)
    with pytest.raises(HoldGone):
        book()
    held.refresh_from_db()
    assert (held.status, held.patient) == (Status.RELEASED, None)
    assert not OutgoingEmail.objects.exists()


def test_a_day_that_is_full_since_a_hold_ran_out_takes_no_more(service):
    provider = service.providers.get()
    Provider.objects.filter(pk=provider.pk).update(daily_limit=1)
    book = before_booking_what_has_run_out(service)
    make_appointment(service=service, starts_at=WISHED + timedelta(hours=3))
    with pytest.raises(SlotTaken):
        book()
    assert not Appointment.objects.filter(starts_at=WISHED, status=Status.BOOKED).exists()


def before_booking_of(held: Appointment):
    stale = Appointment.objects.select_related("provider", "service").get(pk=held.pk)
    return lambda: visits.book(hold=stale, details=GRACE)
