"""Whether the process of the rooms works is looked at each minute, and by `doctor` as a browser."""

import time

import pytest

from core.monitoring.results import Level
from curednation.doctor import rooms as doctor
from tests import processes
from tests.factories import make_provider, make_service
from visits.health_checks import check_rooms

pytestmark = pytest.mark.django_db
SITE = "http://watched.test"  # the live site of other tests has rooms too, and a cache in common


@pytest.fixture
def _by_video_here():
    make_service(providers=[make_provider(video_room="")])


def test_where_every_visit_is_elsewhere_nothing_is_said():
    make_service(providers=[make_provider()])
    assert check_rooms() == []
    assert list(doctor.check_socket()) == []


@pytest.mark.usefixtures("_by_video_here")
def test_rooms_that_do_not_run_are_an_error_and_no_socket_gets_through(settings, monkeypatch):
    settings.SITE_URL = SITE
    monkeypatch.setitem(settings.CACHES["default"], "KEY_PREFIX", "watched.test")
    settings.ROOMS_URL = f"ws://127.0.0.1:{processes.free_port()}/visits/socket"
    [found] = check_rooms()
    assert found.level is Level.ERROR
    assert "phone" in found.advice
    socket, relay = doctor.check_socket()
    assert socket.level is Level.ERROR
    assert relay.level is Level.WARNING
    settings.TURN_URLS = ["turn:turn.clinic.test"]
    with processes.rooms(SITE) as started:
        settings.ROOMS_URL = started.url.replace("http", "ws") + "/visits/socket"
        [opened] = doctor.check_socket()
        assert opened.is_fine
        deadline = time.monotonic() + 10
        while not (check := check_rooms()[0]).is_fine:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert check.figures == {"rooms_in_use": 0}
        settings.ROOMS_URL = started.url.replace("http", "ws") + "/elsewhere"
        assert "proxy does not lead" in next(doctor.check_socket()).advice
        settings.SITE_URL = "http://another.test"
        settings.ROOMS_URL = started.url.replace("http", "ws") + "/visits/socket"
        assert "SITE_URL" in next(doctor.check_socket()).advice
