"""A cancelled or moved visit tells the waitlist at once, and suffers nothing when that fails."""

import pytest
from django.core.cache import cache

from appointments.booking import moves
from appointments.models import Status
from core import broker
from core.circuit_breaker import cache_breaker
from tests.appointments.waitlist_setup import at_noon, booked_out, cancel_visit, open_hours
from tests.factories import make_appointment, make_service, monday

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


@pytest.fixture
def told(monkeypatch) -> list[str]:
    """The tasks of the waitlist that went to the broker."""
    tasks: list[str] = []

    def note(name: str, *_args: object, **_options: object) -> None:
        if name == "appointments.tasks.offer_freed_times":
            tasks.append(name)

    monkeypatch.setattr(broker.current_app, "send_task", note)
    return tasks


def test_a_cancelled_visit_tells_the_waitlist(told, django_capture_on_commit_callbacks):
    _, visit = booked_out()
    with django_capture_on_commit_callbacks(execute=True):
        cancel_visit(visit)
    assert told == ["appointments.tasks.offer_freed_times"]


def test_a_moved_visit_tells_the_waitlist(told, django_capture_on_commit_callbacks):
    service, visit = booked_out()
    open_hours(service, "15:00-16:00")
    with django_capture_on_commit_callbacks(execute=True):
        moves.move(visit, provider=None, starts_at=monday("15:00"))
    assert told == ["appointments.tasks.offer_freed_times"]


def test_many_visits_cancelled_in_one_go_are_one_word(told, django_capture_on_commit_callbacks):
    service = make_service()
    visits = [make_appointment(service=service, starts_at=monday(f"1{n}:00")) for n in range(5)]
    with django_capture_on_commit_callbacks(execute=True):
        for visit in visits:
            cancel_visit(visit)
    assert len(told) == 1


@pytest.mark.parametrize("broken", ["broker", "cache"])
def test_a_service_that_is_away_keeps_nobody_from_cancelling(
    broken, monkeypatch, django_capture_on_commit_callbacks
):
    def fail(*_, **__):
        raise ConnectionError

    target = (broker.current_app, "send_task") if broken == "broker" else (cache, "add")
    monkeypatch.setattr(*target, fail)
    broker.breaker.reset()
    cache_breaker.reset()
    _, visit = booked_out()
    with django_capture_on_commit_callbacks(execute=True):
        cancel_visit(visit)
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED
    broker.breaker.reset()
    cache_breaker.reset()
