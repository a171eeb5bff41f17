"""With the cache dead or hung the site goes on: pages, booking, sign-up, sign-in and the admin."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.core import cache as django_cache
from django.test import Client

from core.cache import pages
from core.mail.models import OutgoingEmail
from tests import service_pauses
from tests.core.staff.people import (
    code_of,
    enroll,
    give_password,
    make_staff,
    sign_in,
)
from tests.crawl.addresses import addresses
from tests.crawl.test_crawl import world  # noqa: F401  (a fixture)
from tests.newsletter.factories import make_consent_text
from tests.newsletter.signup import sign_up

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# What says how the services are: an answer of 503 is right there.
HEALTH = {"/readyz"}


@pytest.fixture(params=["dead", "hung"])
def cache_away(request, settings, monkeypatch) -> Iterator[None]:
    """Meanwhile nobody listens where the cache was, or somebody who never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        port = listener.getsockname()[1]
        if request.param == "dead":
            listener.close()
        other = settings.CACHES["default"] | {"LOCATION": f"redis://127.0.0.1:{port}/0"}
        settings.CACHES = settings.CACHES | {"default": other}
        monkeypatch.setattr(pages, "tags_in_cache", pages.Tags())
        _as_new_process()
        yield
    _as_new_process()


def _as_new_process() -> None:
    service_pauses.end()
    django_cache.close_caches()


def test_every_address_answers_visitors_and_staff(world, cache_away):  # noqa: F811
    staff = sign_in(Client(raise_request_exception=False), make_staff(is_superuser=True))
    visitor = Client(raise_request_exception=False)
    wrong, slow = [], []
    for address in addresses(world):
        for client in (visitor, staff):
            begin = time.monotonic()
            answer = client.get(address.path)
            if answer.status_code >= 500 and address.path not in HEALTH:
                error = getattr(answer, "exc_info", None)
                wrong.append(f"{address.path}: {answer.status_code} {error and error[1]!r}")
            if time.monotonic() - begin > 5:
                slow.append(address.path)
    assert wrong == []
    assert slow == []


def test_staff_sign_in_with_both_factors_and_no_code_opens_the_door_twice(cache_away):
    user = make_staff("manager")
    secret = enroll(user)
    code = code_of(secret)
    client, other = Client(), Client()
    give_password(client, user)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/admin/").status_code == 200

    give_password(other, user)
    assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert other.get("/admin/").status_code != 200


def test_a_wrong_password_and_a_forgotten_one_get_their_pages(cache_away):
    user = make_staff("manager")
    assert give_password(Client(), user, "wrong").status_code == 200
    answer = Client().post("/accounts/password/reset/", {"email": user.email})
    assert answer.status_code == 302


def test_a_reader_signs_up(cache_away):
    make_consent_text()
    assert sign_up("reader@example.org").status_code < 400
    assert OutgoingEmail.objects.get().to == "reader@example.org"
