"""The slot page: how many queries."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

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
            "at most 6",
            len(queries) <= 6,
        )
    ]
