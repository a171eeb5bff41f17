"""Who is old enough for a service: on the day of the visit, where the patient will be."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from appointments.booking.rules import SlotTaken
from appointments.models import Appointment, Service
from appointments.scheduling.states import STATES
from core.database import database_time


class TooYoung(SlotTaken):
    """The patient has not reached the `minimum` age of the service by the day of the visit."""

    def __init__(self, minimum: int) -> None:
        super().__init__()
        self.minimum = minimum


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
