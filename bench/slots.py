"""The slot page: how many queries, and how long, as appointments and providers grow."""

import time as clock
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments import availability
from appointments.models import Appointment, Provider, Service
from bench.table import Row


def page(service: Service) -> list[Row]:
    """Queries of one provider's page; the providers must exist already."""
    provider = Provider.objects.order_by("pk")[0]
    visits = Appointment.objects.live().count()
    client = Client(SERVER_NAME="127.0.0.1")
    address = f"/book/ny/{service.slug}/?with={provider.slug}"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [
        Row(
            f"slot page of one provider, {visits} live visits",
            f"{len(queries)} queries",
            "at most 5",
            len(queries) <= 5,
        )
    ]


def grid(service: Service) -> list[Row]:
    """The whole clinic's grid for 30 days, page rendering apart."""
    now = timezone.now()
    visits = Appointment.objects.live().count()
    seconds = []
    for _ in range(9):
        began = clock.perf_counter()
        found = availability.grid(service, "NY", now=now, last=now + timedelta(days=30))
        seconds.append(clock.perf_counter() - began)
    assert found.merged()
    middle = sorted(seconds)[len(seconds) // 2]
    return [
        Row(
            f"grid of 30 days × {len(found.providers)} providers, {visits} live visits",
            f"{middle * 1000:.1f} ms",
            "at most 20 ms",
            middle <= 0.02,
        )
    ]
