"""Booking: how many a second, beside a bare INSERT and a peer; and twenty patients for one slot."""

import importlib
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import process_time
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from appointments.booking import hold_owner
from appointments.models import (
    Appointment,
    ClinicRules,
    ConsentText,
    License,
    Provider,
    Service,
    Status,
    WeeklyHours,
)
from bench import load
from bench.table import Row
from core.practice.models import Practice

TOKEN = "a" * 32
CSRF = f"{settings.CSRF_COOKIE_NAME}={TOKEN}"
BOOKINGS, CONNECTIONS, ROUNDS = 1500, 8, 3
ALONE, OTHERS = 300, 10_000  # bookings one after the other, of visitors beside those


def prepare() -> Service:
    Practice.objects.create(name="Curednation", phone="+16155550142")
    Practice.share()
    service = Service.objects.create(
        name="Visit", slug="visit", invitation="A visit", minutes=20, step=20, horizon_days=60
    )
    for number in range(10):
        provider = Provider.objects.create(
            name=f"Provider {number}", slug=f"p{number}", time_zone="America/New_York"
        )
        provider.services.add(service)
        License.objects.create(provider=provider, state="NY", number="1", expires=date(2099, 1, 1))
        WeeklyHours.objects.bulk_create(
            WeeklyHours(provider=provider, weekday=day, opens=time(0), closes=time(0))
            for day in range(7)
        )
    # No crowd is unusual here: what is measured is a calm day's booking.
    ClinicRules.objects.create(most_hourly=30_000, most_unproved=30_000)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, body text)")
    return service


def holds(service: Service, count: int, *, days: int = 2, since: int = 0) -> list[Appointment]:
    """Holds, each of another visitor, side by side in the calendars of all providers.

    They begin in so many `days`; visitors are counted from `since`.
    """
    first = (timezone.now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    providers = list(Provider.objects.all())
    made = []
    for number in range(count):
        starts = first + timedelta(minutes=20 * (number // len(providers)))
        ends = starts + timedelta(minutes=20)
        made.append(
            Appointment(
                status=Status.HELD,
                provider=providers[number % len(providers)],
                service=service,
                state="NY",
                zone="America/New_York",
                visitor=hold_owner.stored(visitor(since + number)),
                held_until=timezone.now() + timedelta(hours=1),
                starts_at=starts,
                ends_at=ends,
                blocked=(starts, ends),
            )
        )
    return Appointment.objects.bulk_create(made)


def visitor(number: int) -> str:
    return f"bench-visitor-{number:06}"


def _letters(number: int) -> str:
    """A number as letters: what has many digits is taken for a phone number, not a name."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def details(number: int) -> str:
    agreed = {f"agree_{text.kind}": text.pk for text in ConsentText.current()}
    return urlencode(
        {
            "csrfmiddlewaretoken": TOKEN,
            "booked_for": "self",
            "first_name": "Jordan",
            "last_name": f"Example {_letters(number)}",
            "birth_date": "04/17/1988",
            "phone": "615-555-0117",
            "email": f"jordan{number}@example.org",
            "contact": "email",
        }
        | agreed
    )


def throughput(service: Service, port: int, pid: int) -> list[Row]:
    made = holds(service, BOOKINGS + 100)
    bookings = [
        load.request(
            "POST",
            f"/book/details/{hold.uid}/",
            port=port,
            body=details(number),
            cookies=f"{CSRF}; visitor={visitor(number)}",
        )
        for number, hold in enumerate(made)
    ]
    inserts = [
        load.request("POST", "/bench/insert/", port=port, body=details(number), cookies=CSRF)
        for number in range(5000)
    ]
    load.send(inserts[:300], port=port, connections=CONNECTIONS)
    load.send(bookings[:100], port=port, connections=CONNECTIONS)
    bare: list[float] = []
    booked: list[float] = []
    spent = 0.0
    for turn in range(ROUNDS):  # in turns, so that what else the machine does hits both alike
        for asked, rates in ((inserts[300:], bare), (bookings[100:], booked)):
            before = cpu_seconds(pid)
            sent = load.send(asked[turn::ROUNDS], port=port, connections=CONNECTIONS)
            spent += cpu_seconds(pid) - before if rates is booked else 0
            assert set(sent.statuses) == {302}, set(sent.statuses)
            rates.append(sent.rate)
    stored = Appointment.objects.filter(pk__in=[h.pk for h in made], status=Status.BOOKED).count()
    assert stored == len(made), f"{stored} of {len(made)} were booked"
    rate, each = median(booked), spent * 1000 / BOOKINGS
    return [
        Row("a bare view with one INSERT", f"{median(bare):.0f}/s", "", None),
        Row("booking: POST of the details", f"{rate:.0f}/s", "at least 100/s", rate >= 100),
        Row("the web server's part of one core, both busy", f"{each:.1f} ms", "", None),
    ]


def beside_the_peer(service: Service, theirs: dict) -> list[Row]:
    """Measured as the peer is: by Django's client in one process, which nothing else keeps busy."""
    each = alone(service)
    return [
        Row("two POSTs of django-appointment, one core", f"{theirs['booking']:.1f} ms", "", None),
        Row(
            "booking: POST of the details, one core",
            f"{each:.1f} ms",
            "at most as much",
            each <= theirs["booking"],
        ),
    ]


def alone(service: Service) -> float:
    """Milliseconds of one core that a POST takes, those of the database apart."""
    importlib.import_module("curednation.wsgi")  # its collector rests as that of the site does
    made = holds(service, ALONE + 20, days=30, since=OTHERS)
    bodies = [details(OTHERS + number) for number in range(len(made))]
    client = Client(SERVER_NAME="127.0.0.1")

    def book(number: int) -> None:
        client.cookies.clear()
        client.cookies["visitor"] = visitor(OTHERS + number)
        form = "application/x-www-form-urlencoded"
        answer = client.post(f"/book/details/{made[number].uid}/", bodies[number], form)
        assert answer.status_code == 302, answer.status_code

    for number in range(20):
        book(number)
    began = process_time()
    for number in range(20, len(made)):
        book(number)
    return (process_time() - began) * 1000 / ALONE


def cpu_seconds(pid: int) -> float:
    """Seconds of one core that the web server has spent, the database apart."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if str(pid) in (stat.parent.name, fields[1]):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def race(service: Service, port: int, racers: int = 20) -> list[Row]:
    provider = Provider.objects.order_by("pk")[0]
    day = timezone.now().date() + timedelta(days=50)
    starts = datetime.combine(day, time(15), tzinfo=UTC)
    body = urlencode(
        {
            "csrfmiddlewaretoken": TOKEN,
            "slot": starts.strftime("%Y-%m-%dT%H:%MZ"),
            "with": provider.slug,
        }
    )
    path = f"/book/ny/{service.slug}/"
    requests = [
        load.request(
            "POST",
            path,
            port=port,
            body=body,
            cookies=f"{CSRF}; visitor=bench-racer-{number:08}",
        )
        for number in range(racers)
    ]
    result = load.send(requests, port=port, connections=racers)
    won, lost = result.statuses.count(302), result.statuses.count(409)
    return [
        Row(
            f"{racers} patients for one slot",
            f"{won} has it, {lost} get other times",
            f"1 and {racers - 1}",
            (won, lost) == (1, racers - 1),
        ),
        Row(
            "the slowest of their answers",
            f"{result.slowest * 1000:.0f} ms",
            "at most 1,000 ms",
            result.slowest <= 1,
        ),
    ]
