"""Public pages are made once, and anew exactly when something they show changes."""

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import uuid4

import brotli
import pytest
from django.contrib import admin
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test.utils import CaptureQueriesContext
from django.utils.cache import patch_cache_control, patch_vary_headers

from articles.models import Related
from articles.publishing import slugs
from core.cache import pages
from core.practice.models import Practice
from tests.articles.factories import approve, edit, make_article, make_draft
from tests.pages.factories import make_practice, make_testimonial

PAGE = "/articles/naltrexone/"


@pytest.fixture(autouse=True, params=["redis", "locmem"])
def _any_backend(request, settings, own_cache):
    """A cache that no other test sees, of each kind."""
    if request.param == "locmem":
        local = {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": uuid4().hex,
        }
        settings.CACHES = settings.CACHES | {"default": local}


@pytest.fixture
def article(db):
    return make_article(slug="naltrexone")


@pytest.fixture
def fresh(client):
    """Whether the page of the article has to be made anew; it is kept afterwards."""

    def ask(path: str = PAGE) -> bool:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return bool(queries)

    return ask


def test_a_page_is_made_once(fresh, article):
    assert fresh()
    assert not fresh()
    assert not fresh(PAGE + "?utm_source=newsletter")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/articles/", "/articles/feed/", "/articles/topics/medicines/"])
def test_lists_and_feeds_are_kept_too_until_an_article_changes(fresh, article, commits, path):
    assert fresh(path)
    assert not fresh(path)
    with commits():
        approve(edit(article, title="A new title"))
    assert fresh(path)


def test_who_has_the_page_gets_a_304_without_a_query(client, article):
    first = client.get(PAGE)
    for known in (
        {"If-None-Match": first["ETag"]},
        {"If-None-Match": f'"x", W/{first["ETag"]}'},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(PAGE, headers=known)
        assert response.status_code == 304
        assert not response.content
        assert response["ETag"] == first["ETag"]
        assert response["Cache-Control"] == first["Cache-Control"]
        assert not queries
    changed = {"If-None-Match": '"other"', "If-Modified-Since": first["Last-Modified"]}
    assert client.get(PAGE, headers=changed).status_code == 200


def test_caches_on_the_way_may_keep_it_and_show_it_while_they_ask(client, article):
    response = client.get(PAGE)
    assert response["Cache-Control"] == "public, max-age=60, stale-while-revalidate=300"
    assert response["Vary"] == "Accept-Encoding"


def test_the_page_goes_out_as_small_as_the_browser_understands(client, article):
    plain = client.get(PAGE).content
    for accepted, unpack in (("gzip, deflate, br", brotli.decompress), ("gzip", gzip.decompress)):
        response = client.get(PAGE, headers={"Accept-Encoding": accepted})
        assert unpack(response.content) == plain
        assert len(response.content) < len(plain) / 2
    assert "Content-Encoding" not in client.get(PAGE, headers={"Accept-Encoding": "br;q=0"}).headers


def test_an_approved_change_shows_at_once(fresh, article, commits):
    fresh()
    with commits():
        edit(article, title="Under review")
    assert not fresh()
    with commits():
        approve(article)
    assert fresh()


def test_a_change_elsewhere_leaves_the_page_where_it_is(fresh, article, commits):
    article.related_rows.all().delete()
    other = make_draft(slug="other")
    fresh()
    with commits():
        edit(other, title="Still a draft")
    assert not fresh()


def test_the_title_of_a_related_article_shows_at_once(client, fresh, article, commits):
    other = make_article(slug="other", title="Old title")
    Related.objects.get_or_create(article=article, to=other)
    fresh()
    assert not fresh()
    with commits():
        approve(edit(other, title="New title"))
    assert fresh()
    assert "New title" in client.get(PAGE).text


def test_another_phone_number_shows_at_once(client, fresh, article, commits):
    practice = make_practice()
    pages.drop_now("site")
    fresh()
    assert not fresh()
    practice.phone = "+16155550199"
    practice.save()
    with commits():
        Practice.share()
    assert "(615) 555-0199" in client.get(PAGE).text


def test_another_address_shows_at_once(client, fresh, article, commits):
    fresh()
    with commits():
        slugs.rename(article, "elsewhere")
    assert client.get(PAGE).status_code == 301


def test_a_change_that_is_rolled_back_drops_nothing(
    fresh, article, django_capture_on_commit_callbacks
):
    fresh()
    with django_capture_on_commit_callbacks(execute=False):
        approve(edit(article, title="Never committed"))
    assert not fresh()


def test_a_lost_version_makes_a_page_old_and_never_young_again(article, fresh):
    fresh()
    versions = cache.get("page-tag:article:naltrexone")
    cache.delete("page-tag:article:naltrexone")
    assert fresh()
    assert cache.get("page-tag:article:naltrexone") != versions


def test_a_change_while_the_page_is_being_made_is_not_lost(rf, db):
    def make_slowly() -> HttpResponse:
        pages.drop_now("article:x")  # somebody publishes this very moment
        return HttpResponse("old")

    assert pages.serve(rf.get("/x/"), tags=["article:x"], make=make_slowly).content == b"old"
    answer = pages.serve(rf.get("/x/"), tags=["article:x"], make=lambda: HttpResponse("new"))
    assert answer.content == b"new"


def test_a_thousand_visitors_at_a_cold_page_make_it_once(rf, db):
    made = []
    together = threading.Barrier(40)

    def make() -> HttpResponse:
        made.append(1)
        time.sleep(0.2)
        return HttpResponse("page")

    def visit(number: int) -> bytes:
        together.wait()
        return pages.serve(rf.get("/cold/"), tags=["article:cold"], make=make).content

    with ThreadPoolExecutor(40) as visitors:
        answers = list(visitors.map(visit, range(40)))
    assert set(answers) == {b"page"}
    assert len(made) == 1


def test_an_emptied_cache_is_filled_again(fresh, article):
    fresh()
    cache.clear()
    assert fresh()
    assert not fresh()


def test_a_404_is_not_kept(client, article):
    assert client.get("/articles/later/").status_code == 404
    make_article(slug="later")
    assert client.get("/articles/later/").status_code == 200


PRIVATE = {
    "sets a cookie": lambda request, page: page.set_cookie("who", "me"),
    "looked at the session": lambda request, page: request.session.get("who"),
    "has a CSRF token": lambda request, page: get_token(request),
    "says that it is private": lambda request, page: patch_cache_control(page, private=True),
    "says that nobody may store it": lambda request, page: patch_cache_control(page, no_store=True),
    "depends on the cookie": lambda request, page: patch_vary_headers(page, ["Cookie"]),
}


@pytest.mark.parametrize("look", PRIVATE.values(), ids=PRIVATE.keys())
def test_an_answer_to_one_visitor_is_shown_to_no_other(rf, look):
    def visit(name: str) -> HttpResponse:
        request = rf.get("/x/")
        request.session = SessionBase()

        def make() -> HttpResponse:
            page = HttpResponse(f"for {name}")
            look(request, page)
            return page

        return pages.serve(request, tags=["x"], make=make)

    assert visit("Ann").content == b"for Ann"
    answer = visit("Ben")
    assert answer.content == b"for Ben"
    assert "public" not in answer.get("Cache-Control", "")


def test_an_answer_to_everybody_is_kept(rf):
    for name in ("Ann", "Ben"):
        request = rf.get("/x/")
        request.session = SessionBase()
        make = partial(HttpResponse, f"for {name}")
        assert pages.serve(request, tags=["x"], make=make).content == b"for Ann"


@pytest.mark.django_db
def test_staff_change_what_patients_say_and_it_shows_at_once(client, fresh, article, commits):
    fresh()
    testimonial = make_testimonial(words="It helped.")
    with commits():
        admin.site.get_model_admin(type(testimonial)).save_model(
            None, testimonial, None, change=True
        )
    assert "It helped." in client.get(PAGE).text
