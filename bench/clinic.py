"""The slot grid of clinics of every size, beside django-appointment on the same server."""

import statistics
import time as clock
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments.models import Appointment, License, Provider, Service, Status, WeeklyHours
from appointments.scheduling import availability
from bench import plot
from bench.table import Row
from tests.database import unguarded

STATE = "NY"
# Half of each provider's day from 9 to 17 is taken, every other half hour.
TAKEN_A_DAY = 8
PAST = 1_000_000


def build(providers: int, days: int) -> Service:
    """A clinic of so many providers, each with 8 visits a day for so many days from tomorrow."""
    empty()
    service = Service.objects.create(
        name="Visit", slug="visit", invitation="A visit", minutes=30, step=30, horizon_days=60
    )
    staff = Provider.objects.bulk_create(
        Provider(name=f"Provider {n}", slug=f"p{n}", time_zone="America/New_York")
        for n in range(providers)
    )
    service.providers.set(staff)
    License.objects.bulk_create(
        License(provider=who, state=STATE, number="1", expires=date(2099, 1, 1)) for who in staff
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(provider=who, weekday=day, opens=time(9), closes=time(17))
        for who in staff
        for day in range(7)
    )
    visits(service, days, TAKEN_A_DAY, status=Status.BOOKED, sign="+")
    return service


def visits(service: Service, days: int, a_day: int, *, status: Status, sign: str) -> None:
    """So many visits a day of every provider, on as many days ahead (`+`) or back (`-`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO appointments_appointment
                (uid, key, status, provider_id, service_id, starts_at, ends_at, blocked, state,
                 zone, extended, visitor, patient_id, email, phone, contact, booked_for, booked_by,
                 sequence, changed_by, made_by_staff, staff_reason, cancel_reason, created)
            SELECT gen_random_uuid(), md5(random()::text || day || n || p.id), %s, p.id, %s,
                   at, at + interval '30 min', tstzrange(at, at + interval '30 min'), %s,
                   'America/New_York', false, '', %s, 'a@example.org', '', 'email', 'self', '', 0,
                   'bench', false, '', '', now()
            FROM appointments_provider AS p, generate_series(1, %s) AS day,
                 generate_series(0, %s) AS n,
                 LATERAL (SELECT (current_date {sign} day + time '09:00' + n * interval '1 hour')
                          AT TIME ZONE 'America/New_York' AS at) AS x
            """,  # noqa: S608  (the sign is ours)
            [status.value, service.pk, STATE, patient(), days, a_day - 1],
        )
        cursor.execute("ANALYZE appointments_appointment")


def patient() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO appointments_patient
                (first_name, last_name, birth_date, email, phone, match_key, created)
            VALUES ('A', 'B', '1990-01-01', 'a@example.org', '', md5(random()::text), now())
            RETURNING id
            """
        )
        return cursor.fetchone()[0]


def empty() -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE appointments_appointment, appointments_patient, appointments_provider,"
            " appointments_service CASCADE"
        )


def seconds(work: Callable[[], object], times: int = 9) -> float:
    """The middle of several runs, after one to warm up."""
    work()
    took = []
    for _ in range(times):
        began = clock.perf_counter()
        work()
        took.append(clock.perf_counter() - began)
    return statistics.median(took)


def month(service: Service) -> availability.Grid:
    now = timezone.now()
    return availability.grid(service, STATE, now=now, last=now + timedelta(days=30))


def beside_the_peer(theirs: dict) -> list[Row]:
    service = build(10, 30)
    with CaptureQueriesContext(connection) as queries:
        month(service)
    ours = seconds(lambda: month(service))
    without_past = seconds(lambda: month(service))
    visits(service, PAST // 10 // TAKEN_A_DAY, TAKEN_A_DAY, status=Status.COMPLETED, sign="-")
    with_past = seconds(lambda: month(service))
    ratio, slower = theirs["seconds"] / ours, with_past / without_past - 1
    past = Appointment.objects.filter(status=Status.COMPLETED).count()
    return [
        Row(
            "grid of 30 days × 10 providers, 2,400 visits",
            f"{ours * 1000:.1f} ms",
            "at most 25 ms",
            ours <= 0.025,
        ),
        Row("its queries", str(len(queries)), "at most 5", len(queries) <= 5),
        Row(
            "the same by django-appointment 3.12",
            f"{theirs['seconds']:.2f} s, {theirs['queries']} queries",
            "",
            None,
        ),
        Row("how many times faster", f"{ratio:.0f}", "at least 200", ratio >= 200),
        Row(f"with {past:,} past visits", f"{slower:+.0%}", "within 10 %", slower <= 0.1),
    ]


def large() -> list[Row]:
    service = build(200, 30)
    live = Appointment.objects.live().count()
    took = seconds(lambda: availability.first_days(service, STATE, count=7), times=5)
    return [
        Row(
            f"first 7 days with times, 200 providers, {live:,} visits",
            f"{took * 1000:.0f} ms",
            "at most 120 ms",
            took <= 0.12,
        )
    ]


def growth() -> list[Row]:
    """How cost grows with providers, and with visits in the past; written as a plot."""
    by_providers = []
    for count in (1, 10, 100):
        service = build(count, 30)
        by_providers.append((count, seconds(partial(month, service), times=5) * 1000))
    by_past = []
    for past in (2_400, 240_000):
        service = build(10, 30)
        visits(service, past // 10 // TAKEN_A_DAY, TAKEN_A_DAY, status=Status.COMPLETED, sign="-")
        by_past.append((past, seconds(partial(month, service), times=5) * 1000))
    path = Path(settings.BASE_DIR) / "bench" / "growth.svg"
    path.write_text(
        plot.lines(
            "The slot grid of 30 days, in ms",
            {"by providers": by_providers, "10 providers, by past visits": by_past},
        )
    )
    one, ten, hundred = (round(took, 1) for _, took in by_providers)
    return [
        Row("1, 10, 100 providers", f"{one}, {ten}, {hundred} ms", "", None),
        Row(
            "10 providers with 2,400 and 240,000 past visits",
            ", ".join(f"{took:.1f}" for _, took in by_past) + " ms",
            "",
            None,
        ),
    ]
