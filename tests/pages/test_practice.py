from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core.cache import pages
from core.circuit_breaker import cache_breaker
from core.practice import per_request
from core.practice.models import Practice
from tests.pages.factories import make_practice
from tests.silent_server import SilentServer, nobody_has_rested

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
    "after_visit_days": "31",
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


def test_one_request_reads_the_practice_once(client):
    make_practice()
    with CaptureQueriesContext(connection) as queries:
        assert "(615) 555-0142" in client.get("/contact/").text
    assert len([query for query in queries if "practice_practice" in query["sql"]]) == 1


def test_nobody_changes_the_practice_of_others(rf):
    saved = make_practice().name
    names = []

    def view(request) -> HttpResponse:
        practice = Practice.current()
        names.append(practice.name)
        practice.name = "Changed in passing"
        return HttpResponse()

    for _ in range(2):
        per_request.middleware(view)(rf.get("/"))
    assert names == [saved] * 2
    Practice.current().name = "Changed in passing"
    assert Practice.current().name == saved


def test_a_page_made_while_the_practice_is_saved_is_not_kept(rf):
    practice = make_practice(name="Old")
    pages.drop_now("site")

    def make() -> HttpResponse:
        page = HttpResponse(Practice.current().name)
        practice.name = "Harbor Clinic"
        practice.save()
        Practice.share()
        return page

    assert pages.serve(rf.get("/x/"), tags=[], make=make).content == b"Old"
    anew = pages.serve(rf.get("/x/"), tags=[], make=lambda: HttpResponse(Practice.current().name))
    assert anew.content == b"Harbor Clinic"


def test_what_is_saved_while_the_cache_is_away_shows_when_it_is_back(client, settings):
    practice = make_practice()
    assert "(615) 555-0142" in client.get("/").text
    alive = settings.CACHES
    settings.CACHES = alive | {"default": alive["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    practice.phone = "+16155550199"
    practice.save()
    Practice.share()
    settings.CACHES = alive
    cache_breaker.reset()
    assert "(615) 555-0199" in client.get("/contact/").text
    assert "(615) 555-0199" in client.get("/").text


def test_a_dead_cache_does_not_stop_a_page(client, dead_cache):
    make_practice()
    assert "(615) 555-0142" in client.get("/").text


def test_a_cache_that_hangs_costs_one_second_once_not_on_every_page(client, settings):
    make_practice()
    with SilentServer() as silent, nobody_has_rested():
        settings.CACHES = settings.CACHES | {
            "default": settings.CACHES["default"] | {"LOCATION": silent.url}
        }
        for _ in range(6):
            assert "(615) 555-0142" in client.get("/").text
        assert silent.came() == 1


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
