"""A clinic at which much is held by people whose address nobody has proved."""

import pytest

from appointments.booking import pressure as booking_pressure
from appointments.models import ClinicRules
from core.guard import proof_of_work
from tests.factories import (
    make_hold,
    make_provider,
    make_service,
    monday,
)

NIGHT_AND_DAY = "00:00-00:00"


@pytest.fixture(autouse=True)
def _short_sums(monkeypatch):
    monkeypatch.setattr(proof_of_work, "COST", 1)


@pytest.fixture
def service():
    return make_service()


@pytest.fixture
def pressure():
    """Somebody holds as many times, elsewhere, as is unusual."""
    ClinicRules.objects.create(most_hourly=20)
    elsewhere = make_service(providers=[make_provider(hours=NIGHT_AND_DAY)])
    for nth in range(5):
        make_hold(service=elsewhere, starts_at=monday(f"{8 + nth:02}:00"), minutes=10)
    assert booking_pressure.read().is_on
