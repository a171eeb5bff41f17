import socket
import time
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.cache import cache
from django.db import IntegrityError
from django.test import RequestFactory

from core.cache import service
from core.practice import cached
from core.practice.models import Practice
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Harbor Clinic",
    "mail_name": "HC Office",
    "phone": "(615) 555-0199",
    "phone_hours": "",
    "email": "",
    "street": "",
    "city": "",
    "state": "",
    "postal_code": "",
    "time_zone": "America/New_York",
    "legal_line": "",
    "privacy_reviewed": "",
}


def staff_saves(**changes):
    """Sends the admin's own form; who may open the admin is tested elsewhere."""
    request: Any = RequestFactory().post("/admin/practice/practice/1/change/", FORM | changes)
    request.user = get_user_model().objects.create_superuser("staff@example.org")
    request.session = {}
    request._messages = FallbackStorage(request)
    request._dont_enforce_csrf_checks = True
    return admin.site.get_model_admin(Practice).changeform_view(request, "1")


def test_a_change_by_staff_shows_at_once(client, django_capture_on_commit_callbacks):
    make_practice()
    assert "(615) 555-0142" in client.get("/").text
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_saves().status_code == 302
    html = client.get("/").text
    assert "Harbor Clinic" in html
    assert "(615) 555-0199" in html
    assert "(615) 555-0142" not in html


def test_staff_cannot_put_a_line_break_into_a_mail_header():
    make_practice()
    response = staff_saves(mail_name="HC\nBcc: someone@example.org")
    assert response.status_code == 200
    assert "Write this on one line." in response.render().text


def test_there_is_one_practice_and_nobody_can_add_or_delete_it(rf):
    page = admin.site.get_model_admin(Practice)
    request = rf.get("/")
    request.user = get_user_model().objects.create_superuser("staff@example.org")
    assert page.has_add_permission(request)
    make_practice()
    assert not page.has_add_permission(request)
    assert not page.has_delete_permission(request)
    with pytest.raises(IntegrityError, match="practice_is_only_one"):
        Practice.objects.create(pk=2)


def test_without_a_row_the_site_shows_neutral_names_and_no_phone(client):
    for page in ("/", "/about/", "/contact/", "/privacy/"):
        response = client.get(page)
        assert response.status_code == 200
        assert "| Curednation</title>" in response.text
        assert 'href="tel:+1615' not in response.text
    assert Practice.current().mail_name == "CN Office"


def test_the_practice_is_read_from_the_database_once(django_assert_num_queries):
    make_practice()
    cache.clear()
    with django_assert_num_queries(1):
        first = Practice.current()
    with django_assert_num_queries(0):
        assert Practice.current().phone_text == first.phone_text == "(615) 555-0142"


def test_a_slow_reader_does_not_bring_an_old_practice_back():
    practice = make_practice()
    version = cached.version()
    old = dict(Practice.objects.filter(pk=1).values().get())
    practice.name = "Harbor Clinic"
    practice.save()
    Practice.share()
    cached.fill(Practice._shared_key(), old, version)
    assert Practice.current().name == "Harbor Clinic"


def test_what_is_saved_while_the_cache_is_away_shows_when_it_is_back(client, settings):
    practice = make_practice()
    assert "(615) 555-0142" in client.get("/").text
    alive = settings.CACHES
    settings.CACHES = alive | {"default": alive["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    practice.phone = "+16155550199"
    practice.save()
    Practice.share()
    settings.CACHES = alive
    service.breaker.succeeded()
    assert "(615) 555-0199" in client.get("/contact/").text
    assert "(615) 555-0199" in client.get("/").text


def test_no_page_is_kept_with_a_practice_that_is_older_than_it(client):
    """The copy of the practice survives what its page's tag does not."""
    practice = make_practice()
    assert "(615) 555-0142" in client.get("/").text
    kept = cache.get(Practice._shared_key())
    practice.phone = "+16155550199"
    practice.save()
    Practice.share()
    cache.set(Practice._shared_key(), kept)
    assert "(615) 555-0199" in client.get("/").text


def test_a_dead_cache_does_not_stop_a_page(client, dead_cache):
    make_practice()
    assert "(615) 555-0142" in client.get("/").text


def test_a_cache_that_hangs_costs_one_second_once_not_on_every_page(client, settings):
    make_practice()
    with socket.create_server(("127.0.0.1", 0), backlog=20) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.CACHES = settings.CACHES | {
            "default": settings.CACHES["default"] | {"LOCATION": url}
        }
        started = time.monotonic()
        assert "(615) 555-0142" in client.get("/").text
        first = time.monotonic() - started
        for _ in range(5):
            assert "(615) 555-0142" in client.get("/").text
        rest = time.monotonic() - started - first
    assert first < 3
    assert rest < 3  # five seconds, if each waited


@pytest.mark.parametrize(
    ("number", "link", "text"),
    [
        ("+16155550142", "tel:+16155550142", "(615) 555-0142"),
        ("+442079460123", "tel:+442079460123", "+44 20 7946 0123"),
        ("", "", ""),
    ],
)
def test_a_phone_number_has_a_link_and_a_readable_text(number, link, text):
    practice = make_practice(phone=number)
    assert (practice.phone_link, practice.phone_text) == (link, text)
    assert (Practice.current().phone_link, Practice.current().phone_text) == (link, text)


def test_a_page_without_the_practice_asks_neither_cache_nor_database(
    client, dead_cache, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert client.get("/healthz").text == "ok\n"
