"""What every change of an appointment keeps to: the lock order, the license, who judges a race.

Every write of a time locks its provider's row first, several in pk order, then settles holds that
have run out, then writes; the exclusion constraint stays the judge. Without the lock, concurrent
inserts under the constraint deadlock for a second each.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, connection, transaction

from appointments.models import Appointment, License, Provider, Service, Status
from appointments.models.appointment_status import SYSTEM
from appointments.scheduling import availability
from appointments.scheduling.availability import Slot
from appointments.scheduling.states import STATES
from core.database import database_time
from core.database.failures import may_wait_again

TIME_CONSTRAINTS = ("appointment_no_double_booking", "appointment_one_hold_per_visitor")
DEADLOCK, SERIALIZATION = "40P01", "40001"

LOCK = """
    SELECT FROM appointments_provider WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""

P = ParamSpec("P")
R = TypeVar("R")


class SlotTaken(Exception):
    """The time cannot be had (any more). `nearest` are slots close to it, perhaps none."""

    def __init__(self, nearest: Sequence[Slot] = ()) -> None:
        super().__init__("slot taken")
        self.nearest = nearest


class OnlyWithProof(SlotTaken):
    """The time is free, but browsers that have proved nothing hold enough of that day."""


class TimeClosed(SlotTaken):
    """The provider does not work then any more: time off, a closure, or other hours."""


class TooYoung(SlotTaken):
    """The patient has not reached the `minimum` age of the service by the day of the visit."""

    def __init__(self, minimum: int) -> None:
        super().__init__()
        self.minimum = minimum


class BookingRests(Exception):
    """Patients have booked as many visits within an hour as staff allow."""


class HoldGone(Exception):
    """The hold was released or belongs to a visit that is over: there is nothing to book."""


class TimePast(SlotTaken):
    """The time is past: nobody is seen then any more."""


class NotChangeable(Exception):
    """Too late, cancelled or settled already, or changed by somebody else meanwhile."""


def in_one_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """All or nothing; run again where the database broke a deadlock, so that no person sees one."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        for _attempt in range(3):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                code = getattr(error.__cause__, "pgcode", None)
                again = code in (DEADLOCK, SERIALIZATION) or may_wait_again(error)
                if connection.in_atomic_block or not again:
                    raise
        with transaction.atomic():
            return function(*args, **kwargs)

    return wrapper


def lock(pks: Iterable[int]) -> None:
    """Lock these providers' rows, in pk order, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(pks)])


def is_licensed(provider: int, state: str, at: datetime) -> bool:
    """Return whether that provider sees patients and holds a license there then."""
    found = License.objects.filter(provider=provider, provider__active=True, state=state)
    ends = found.order_by().values_list("expires", flat=True)
    return any(at.timestamp() < availability.license_end(day, state) for day in ends)


def settle_expired(pks: Sequence[int], now: datetime) -> None:
    Appointment.objects.filter(provider__in=pks).expired(now).update(
        status=Status.EXPIRED, changed_by=SYSTEM
    )


def raise_unless_conflict(error: IntegrityError) -> None:
    """Raise anything but the constraint's word that somebody else has the time."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if name not in TIME_CONSTRAINTS:
        raise error


def nearest_slots(
    service: Service, state: str, around: datetime, *, without_proof: bool = False
) -> list[Slot]:
    """Up to four slots close to `around`, or else the first that there are.

    With `without_proof` of those that a browser which has proved nothing may hold.
    """
    first, last = around - timedelta(days=3), around + timedelta(days=14)
    close = availability.grid(
        service, state, first=first, last=last, without_proof=without_proof
    ).nearest(around)
    if close:
        return close
    if without_proof:
        return availability.grid(service, state, without_proof=True).nearest(around)
    return availability.first_days(service, state).nearest(around)


def require_open(
    provider: Provider, service: Service, state: str, starts_at: datetime, ends_at: datetime
) -> None:
    """Look once more under the lock at what was read before it and may have changed meanwhile.

    The provider's license, whether they see patients and offer the service, hours, time off and
    closures. Other visits are for the constraint to judge. Raises SlotTaken or TimeClosed.
    """
    found = availability.candidates(service, state, only=provider)
    second = starts_at.timestamp()
    if not any(second < availability.license_end(who.licensed_until, state) for who in found):
        raise SlotTaken
    if not availability.open_then(found, starts_at, ends_at):
        raise TimeClosed


def require_within_visit_limits(
    provider: Provider,
    service: Service,
    state: str,
    starts_at: datetime,
    moving: Appointment | None = None,
) -> None:
    """Count once more under the lock: two bookings at once must not pass a limit together.

    Raises SlotTaken.
    """
    if not availability.visit_limits_of(provider, service).are_set:
        return
    about = service, state, starts_at
    if not availability.free_providers(*about, only=provider, moving=moving):
        raise SlotTaken(nearest_slots(service, state, starts_at))


def refused(
    providers: Sequence[Provider],
    service: Service,
    state: str,
    starts_at: datetime,
    ends_at: datetime,
) -> SlotTaken:
    """Return TimeClosed where all of them are off then, else SlotTaken; with the nearest times."""
    closed = availability.closed_then(providers, starts_at, ends_at)
    return (TimeClosed if closed else SlotTaken)(nearest_slots(service, state, starts_at))


def require_room(
    provider: Provider,
    service: Service,
    state: str,
    starts_at: datetime,
    moving: Appointment | None = None,
) -> None:
    """Count once more under the lock what is held without proof on that day of the provider.

    Raises OnlyWithProof.
    """
    about = service, state, starts_at
    if not availability.free_providers(*about, only=provider, moving=moving, without_proof=True):
        raise OnlyWithProof(nearest_slots(service, state, starts_at, without_proof=True))


def is_open(visit: Appointment) -> bool:
    """Whether its provider works at its time, as hours and closures are now. Under the lock."""
    return bool(availability.open_then([visit.provider], visit.starts_at, visit.ends_at))


def age_on(born: date, day: date) -> int:
    """Return the age in full years on that day. Who was born on a February 29 turns on March 1."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def require_age_after_move(visit: Appointment, starts_at: datetime) -> None:
    """Raise TooYoung where the new time comes before the birthday that the old one came after.

    A visit that was booked before its service had this minimum keeps its right to be moved.
    """
    if visit.patient and visit.starts_at > starts_at:
        about = visit.service, visit.patient.birth_date, visit.state
        try:
            require_age(*about, visit.starts_at)
        except TooYoung:
            return
        require_age(*about, starts_at)


def require_age(
    service: Service, birth_date: date, state: str, starts_at: datetime | None = None
) -> None:
    """Raise TooYoung unless they are old enough on the day of the visit, by the state's clock.

    Without `starts_at`, for who waits for a time, the day is today.
    """
    moment = starts_at or database_time.now()
    day = moment.astimezone(ZoneInfo(STATES[state].zone)).date()
    if age_on(birth_date, day) < service.minimum_age:
        raise TooYoung(service.minimum_age)
