"""The desk in the grown clinic: a day of 20 providers with 200 visits, a week, and the renewal."""

import time
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appointments.admin import practice_time
from appointments.models import Appointment, Provider, Service, WeeklyHours
from bench.table import Row
from tests.factories import make_patient, prepared

PROVIDERS, EACH = 20, 10
PAGE, RENEWAL, QUERIES = 120, 15, 12
TIMES = 9


def rows(client: Client) -> list[Row]:
    """Fill a day far ahead, on which nobody else works, and ask for it as staff do."""
    day = practice_time.today() + timedelta(days=400)
    who = fill(day)
    board = reverse("admin:appointments_appointment_day", args=[day])
    week = reverse("admin:appointments_appointment_week", args=[who.pk, day])
    renewal = f"{reverse('admin:appointments_appointment_renewal')}?scope={day}"
    tag = client.get(renewal)["ETag"]
    return [
        *_page("desk, 20 providers, 200 visits", lambda: client.get(board)),
        *_page("week of one provider", lambda: client.get(week)),
        _renewal(lambda: client.get(renewal, headers={"If-None-Match": tag, "X-Passive": "1"})),
    ]


def fill(day: date) -> Provider:
    """Give that day 20 providers with 10 visits each, and let nobody else work any more."""
    Provider.objects.update(active=False)
    service = Service.objects.create(
        name="Follow-up", slug="desk-bench", invitation="-", minutes=30, buffer_after=10
    )
    begin = practice_time.midnight(day, practice_time.zone()) + timedelta(hours=9)
    who = None
    for number in range(PROVIDERS):
        who = Provider.objects.create(
            name=f"Desk Provider {number:02}", slug=f"desk-{number}", time_zone="America/New_York"
        )
        service.providers.add(who)
        WeeklyHours.objects.bulk_create(
            WeeklyHours(provider=who, weekday=n, opens="09:00", closes="18:00") for n in range(7)
        )
        for nth in range(EACH):
            patient = make_patient()
            values = prepared(
                service=service,
                provider=who,
                starts_at=begin + timedelta(minutes=50 * nth),
                status="booked",
                patient=patient,
                email=patient.email,
                phone=patient.phone,
            )
            Appointment.objects.create(**values)
    assert who is not None
    return who


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
