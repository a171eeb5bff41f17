"""Rows for tests: plain functions, valid by default. Each returns what it made.

People are fictitious. `monday()` and the defaults lie a week or two ahead of the real clock, so
that running servers see the same future as the test does.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from appointments.booking import patients
from appointments.migrations import _consent_texts
from appointments.models import (
    Appointment,
    ConsentText,
    HoursException,
    License,
    Patient,
    Provider,
    Service,
    Status,
    WaitlistEntry,
    WeeklyHours,
)

CENTRAL = "America/Chicago"
number = count(1)


def monday(clock: str = "10:00", *, weeks: int = 1, zone: str = CENTRAL) -> datetime:
    """That wall clock on the Monday at least `weeks` weeks from now, in UTC."""
    today = datetime.now(UTC).date() + timedelta(weeks=weeks)
    day = today + timedelta(days=-today.weekday() % 7)
    return at(day, clock, zone)


def at(day: date, clock: str, zone: str = CENTRAL) -> datetime:
    """That wall clock on that day, in UTC."""
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


# ── what can be booked ────────────────────────────────────────────────────────


def make_provider(
    *, states: Sequence[str] = ("TN",), hours: str = "09:00-17:00", **values: Any
) -> Provider:
    """A provider who can be booked: licensed in `states`, open every day at `hours` (or never)."""
    nth = next(number)
    provider = Provider.objects.create(
        **{
            "name": f"Anna Berg {nth}",
            "slug": f"anna-berg-{nth}",
            "credentials": "NP",
            "time_zone": CENTRAL,
            "video_room": "https://video.example.org/room",
        }
        | values
    )
    for state in states:
        make_license(provider, state)
    if hours:
        make_hours(provider, hours)
    return provider


def make_license(provider: Provider, state: str = "TN", **values: Any) -> License:
    values = {"number": f"N-{next(number)}", "expires": date(2099, 12, 31)} | values
    return License.objects.create(provider=provider, state=state, **values)


def make_hours(
    provider: Provider,
    hours: str = "09:00-17:00",
    weekdays: Iterable[int] = range(7),
    **values: Any,
) -> list[WeeklyHours]:
    """Weekly hours like "09:00-17:00" on those weekdays; Monday is 0."""
    opens, closes = map(time.fromisoformat, hours.split("-"))
    return WeeklyHours.objects.bulk_create(
        WeeklyHours(provider=provider, weekday=day, opens=opens, closes=closes, **values)
        for day in weekdays
    )


def make_time_off(
    provider: Provider | None, first: date, last: date | None = None, hours: str = ""
):
    """Time off on those days, all day or at `hours`. Of the whole clinic without a provider."""
    return _exception(provider, HoursException.Kind.TIME_OFF, first, last, hours)


def make_extra_hours(
    provider: Provider | None, first: date, last: date | None = None, hours: str = "10:00-15:00"
) -> HoursException:
    return _exception(provider, HoursException.Kind.EXTRA_HOURS, first, last, hours)


def _exception(provider, kind, first, last, hours) -> HoursException:
    opens, closes = map(time.fromisoformat, hours.split("-")) if hours else (None, None)
    return HoursException.objects.create(
        provider=provider,
        kind=kind,
        first_day=first,
        last_day=last or first,
        opens=opens,
        closes=closes,
    )


def make_service(*, providers: Iterable[Provider] | None = None, **values: Any) -> Service:
    """A half-hour visit that can be booked with `providers`, or with one made for it."""
    make_consent_texts()
    nth = next(number)
    service = Service.objects.create(
        **{
            "name": f"First visit {nth}",
            "slug": f"first-visit-{nth}",
            "invitation": "No, this is my first visit",
            "minutes": 30,
            "step": 30,
        }
        | values
    )
    service.providers.set([make_provider()] if providers is None else providers)
    return service


def make_consent_texts() -> list[ConsentText]:
    """The texts that the migration brings, also after a test that emptied all tables."""
    texts = _consent_texts.TEXTS
    return [
        ConsentText.objects.get_or_create(kind=kind, version=1, defaults={"text": text})[0]
        for kind, text in texts.items()
    ]


# ── who comes and when ────────────────────────────────────────────────────────


def make_patient(**values: Any) -> Patient:
    patient = Patient(
        **{
            "first_name": "Grace",
            "last_name": "Whitfield",
            "birth_date": date(1988, 4, 17),
            "email": f"grace{next(number)}@example.org",
            "phone": "+16155550117",
        }
        | values
    )
    patient.match_key = patients.match_key(patient)
    patient.save()
    return patient


def make_appointment(*, patient: Patient | None = None, **values: Any) -> Appointment:
    """A booked visit, next Monday at ten unless `starts_at` says otherwise."""
    patient = patient or make_patient()
    given = {"email": patient.email, "phone": patient.phone, "contact": "email"}
    visit = _make(**{"status": Status.BOOKED, "patient": patient} | given | values)
    if "created" not in values and visit.starts_at < visit.created:
        # Who is written down after the start has walked in.
        visit.created = visit.starts_at - timedelta(days=1)
        visit.save(update_fields=["created"])
    return visit


def make_hold(*, visitor: str = "", minutes: int = 10, **values: Any) -> Appointment:
    """A hold of the visitor with these bits that ends in so many minutes, or ended before."""
    visitor = visitor or f"visitor-number-{next(number)}"
    return _make(
        status=Status.HELD,
        visitor=hashlib.sha256(visitor.encode()).hexdigest(),
        held_until=datetime.now(UTC) + timedelta(minutes=minutes),
        **values,
    )


def _make(**values: Any) -> Appointment:
    return Appointment.objects.create(**prepared(**values))


def prepared(
    *,
    service: Service | None = None,
    provider: Provider | None = None,
    starts_at: datetime | None = None,
    **values: Any,
) -> dict[str, Any]:
    """What an appointment's row needs: its times and buffers follow from its service."""
    service = service or make_service()
    starts_at = starts_at or monday()
    ends_at = starts_at + service.length
    before, after = (timedelta(minutes=m) for m in (service.buffer_before, service.buffer_after))
    return {
        "service": service,
        "provider": provider or service.providers.first(),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "blocked": DateTimeTZRange(starts_at - before, ends_at + after),
        "state": "TN",
        "zone": CENTRAL,
    } | values


# ── who waits ─────────────────────────────────────────────────────────────────


def make_entry(*, service: Service, **values: Any) -> WaitlistEntry:
    """A place in line in Tennessee, for any time with anyone, that has all consents."""
    nth, now = next(number), timezone.now()
    given = {
        "state": "TN",
        "zone": CENTRAL,
        "first_name": "Grace",
        "last_name": "Whitfield",
        "birth_date": date(1988, 4, 17),
        "email": f"grace{nth}@example.org",
        "phone": "+16155550117",
        "contact": "email",
        "booked_for": "self",
        "consent_texts": [text.pk for text in ConsentText.current()],
        "agreed_at": now,
        "created": now,
        "until": now + timedelta(days=60),
    } | values
    entry = WaitlistEntry(service=service, **given)
    entry.person = patients.match_key(entry)
    entry.save()
    return entry
