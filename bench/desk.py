"""The desk in the grown clinic: a day of 20 providers with 200 visits, a week, and the renewal."""

import time
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appointments.admin import practice_time
from appointments.models import Appointment, Provider, Service, Status, WeeklyHours
from bench.table import Row
from tests.factories import make_patient, prepared

PROVIDERS, EACH = 20, 10
PAGE, RENEWAL, QUERIES = 120, 15, 12
TIMES = 9
BEGUN = Status.COMPLETED, Status.NO_SHOW, Status.COMPLETED, Status.CHECKED_IN, Status.BOOKED


def rows(client: Client) -> list[Row]:
    """Ask for today, which has steps on its cards, for a day far ahead, a week and a renewal."""
    today = practice_time.today()
    far = today + timedelta(days=400)
    _clear(today)
    providers = _providers()
    fill(today, providers)
    fill(far, providers)
    renewal = f"{reverse('admin:appointments_appointment_renewal')}?scope={today}"
    tag = client.get(renewal)["ETag"]
    week = reverse("admin:appointments_appointment_week", args=[providers[0].pk, today])
    return [
        *_page("desk today, 20 providers, 200 visits", lambda: client.get(_day(today))),
        *_page("a day far ahead, 20 providers, 200 visits", lambda: client.get(_day(far))),
        *_page("week of one provider", lambda: client.get(week)),
        _renewal(lambda: client.get(renewal, headers={"If-None-Match": tag, "X-Passive": "1"})),
        _header(client),
    ]


def _day(day: date) -> str:
    return reverse("admin:appointments_appointment_day", args=[day])


def _clear(day: date) -> None:
    """Nobody else works any more, and nobody else has a visit on that day."""
    Provider.objects.update(active=False)
    begin = practice_time.midnight(day, practice_time.zone())
    others = Appointment.objects.filter(starts_at__range=(begin, begin + timedelta(days=1)))
    others.filter(status=Status.BOOKED).update(status=Status.CANCELLED)


def _providers() -> list[Provider]:
    service = Service.objects.create(
        name="Follow-up", slug="desk-bench", invitation="-", minutes=30, buffer_after=10
    )
    found = [
        Provider.objects.create(
            name=f"Desk Provider {number:02}", slug=f"desk-{number}", time_zone="America/New_York"
        )
        for number in range(PROVIDERS)
    ]
    service.providers.set(found)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(provider=who, weekday=n, opens="09:00", closes="18:00")
        for who in found
        for n in range(7)
    )
    return found


def fill(day: date, providers: list[Provider]) -> None:
    """Give them 10 visits each on that day. Of those that have begun a step was taken in most."""
    now = timezone.now()
    midnight = practice_time.midnight(day, practice_time.zone())
    # Half of today's have begun, at whatever hour this runs.
    begin = max(midnight, min(now - timedelta(hours=4), midnight + timedelta(hours=15)))
    begin = begin.replace(minute=0, second=0, microsecond=0)
    if begin.date() != day or begin > now:
        begin = midnight + timedelta(hours=9)
    for who in providers:
        for nth in range(EACH):
            starts_at = begin + timedelta(minutes=50 * nth)
            status = BEGUN[nth % len(BEGUN)] if starts_at < now else Status.BOOKED
            patient = make_patient()
            values = prepared(
                service=who.services.get(),
                provider=who,
                starts_at=starts_at,
                status=status,
                patient=patient,
                email=patient.email,
                phone=patient.phone,
            )
            visit = Appointment.objects.create(**values)
            Appointment.objects.filter(pk=visit.pk).update(created=starts_at - timedelta(days=1))


def _page(what: str, ask: Callable[[], HttpResponse]) -> list[Row]:
    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
        count = len(queries)
    took = _milliseconds(ask)
    return [
        Row(what, f"{took:.0f} ms", f"at most {PAGE} ms", took <= PAGE),
        Row("its queries", f"{count}", f"at most {QUERIES}", count <= QUERIES),
    ]


def _header(client: Client) -> Row:
    """Return what every page of the admin takes: this one has nothing else to read."""
    took = _milliseconds(lambda: client.get(reverse("admin:find")))
    return Row("a page of the admin with its header", f"{took:.0f} ms", "", None)


def _renewal(ask: Callable[[], HttpResponse]) -> Row:
    assert ask().status_code == 304
    took = _milliseconds(ask)
    return Row(
        "renewal, nothing changed", f"{took:.1f} ms", f"at most {RENEWAL} ms", took <= RENEWAL
    )


def _milliseconds(ask: Callable[[], HttpResponse]) -> float:
    """Return the median: what staff feel, not the best there was."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[TIMES // 2]
