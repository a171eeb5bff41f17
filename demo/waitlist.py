"""A few people who wait for a sooner time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from appointments.booking.patients import match_key
from appointments.models import ConsentText, Service, WaitlistEntry
from appointments.scheduling.states import STATES
from appointments.scheduling.time_preferences import TimePreferences
from appointments.waitlist import entries
from appointments.waitlist.entries import WAITS_FOR
from demo import patients

# Service, state, weekdays, parts of the day, and how many hours ago they joined.
WAITING: tuple[tuple[str, str, list[int], list[str], int], ...] = (
    ("first-visit", "TN", [0, 2], ["morning"], 52),
    ("first-visit", "KY", [], ["evening"], 30),
    ("counseling", "TN", [4], [], 27),
    ("follow-up", "FL", [], [], 5),
)


def create_waitlist(services: dict[str, Service], now: datetime) -> None:
    """Let them line up, once, for something sooner than the first time that suits now."""
    if not WaitlistEntry.objects.exists():
        WaitlistEntry.objects.bulk_create(_waiting(services, now))


def _waiting(services: dict[str, Service], now: datetime) -> Iterator[WaitlistEntry]:
    texts = [text.pk for text in ConsentText.current()]
    for place, (slug, state, weekdays, parts, hours) in enumerate(WAITING):
        person = patients.invent_patient(f"waiting {place}", state)
        zone = ZoneInfo(STATES[state].zone)
        preferences = TimePreferences(zone, frozenset(weekdays), frozenset(parts))
        joined = now - timedelta(hours=hours)
        yield WaitlistEntry(
            service=services[slug],
            state=state,
            zone=str(zone),
            weekdays=weekdays,
            parts=parts,
            sooner_than=entries.first_that_suits(services[slug], state, preferences),
            created=joined,
            until=joined + WAITS_FOR,
            agreed_at=joined,
            consent_texts=texts,
            person=match_key(person),
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            email=person.email,
            phone=person.phone,
            contact="email",
            booked_for="self",
        )
