"""Public pages are made once, and anew exactly when something they show changes."""

import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from redis.connection import AbstractConnection

from articles import publishing
from articles.models import Related
from core.cache import pages, service
from core.practice.models import Practice
from tests.articles.factories import approve, edit, make_article, make_draft
from tests.pages.factories import make_practice, make_testimonial

PAGE = "/articles/naltrexone/"


@pytest.fixture(autouse=True)
def _every_visit_asks(monkeypatch):
    """Each test sees what the cache says, not what was seen a moment ago."""
    monkeypatch.setattr(pages, "MOMENT", 0.0)


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


def test_an_unchanged_page_costs_one_round_trip(client, article, monkeypatch):
    client.get(PAGE)
    asked = []
    original = AbstractConnection.send_packed_command

    def counted(*args, **kwargs):
        asked.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    client.get(PAGE)
    assert len(asked) == 1


def test_a_crowd_costs_one_question(client, article, monkeypatch, commits):
    monkeypatch.setattr(pages, "MOMENT", 60)
    client.get(PAGE)
    client.get(PAGE)
    asked = []
    monkeypatch.setattr(pages, "fetch", lambda keys: asked.append(keys))
    assert client.get(PAGE).status_code == 200
    assert not asked
    monkeypatch.undo()
    with commits():
        approve(edit(article, title="This process drops it at once"))
    assert "drops it at once" in client.get(PAGE).text


def test_when_the_moment_is_over_one_asks_and_the_others_do_not_wait(client, article, monkeypatch):
    monkeypatch.setattr(pages, "MOMENT", 0.2)
    client.get(PAGE)
    client.get(PAGE)
    asked, answer, fetch = [], threading.Event(), pages.fetch

    def slow(keys):
        asked.append(keys)
        assert answer.wait(20)
        return fetch(keys)

    monkeypatch.setattr(pages, "fetch", slow)
    time.sleep(0.25)
    monkeypatch.setattr(pages, "MOMENT", 60)
    with ThreadPoolExecutor(4) as visitors:
        first = visitors.submit(client.get, PAGE)
        while not asked and not first.done():
            time.sleep(0.01)
        others = [visitors.submit(client.get, PAGE) for _ in range(6)]
        assert {other.result(20).status_code for other in others} == {200}
        assert not first.done()
        answer.set()
        assert first.result(20).status_code == 200
    assert len(asked) == 1


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
        publishing.rename(article, "elsewhere")
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


def test_another_process_that_makes_the_page_is_waited_for(rf, db):
    lock = pages._entry("/cold/ ", "lock")
    cache.add(lock, "another", 5)
    threading.Timer(0.3, lambda: cache.delete(lock)).start()
    started = time.monotonic()
    pages.serve(rf.get("/cold/"), tags=["t"], make=lambda: HttpResponse("page"))
    assert 0.25 < time.monotonic() - started < pages.PATIENCE


def test_a_dead_cache_does_not_stop_a_page(client, article, settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    for _ in range(3):
        response = client.get(PAGE)
        assert response.status_code == 200
        assert response["ETag"]
    approve(edit(article, title="Published all the same"))
    assert "Published all the same" in client.get(PAGE).text


def test_without_a_cache_no_page_shows_what_patients_do_not_say_any_more(client, article, settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    }
    testimonial = make_testimonial(words="It helped.")
    assert "It helped." in client.get(PAGE).text
    testimonial.delete()
    assert "It helped." not in client.get(PAGE).text


def test_what_changes_while_the_cache_is_away_shows_when_it_is_back(
    client, fresh, article, settings, commits
):
    fresh()
    alive = settings.CACHES
    settings.CACHES = alive | {"default": alive["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    with commits():
        approve(edit(article, title="Published all the same"))
    settings.CACHES = alive
    service.breaker.succeeded()
    assert "Published all the same" in client.get(PAGE).text


def test_a_cache_that_hangs_costs_its_time_out_once(client, article, settings):
    with socket.create_server(("127.0.0.1", 0), backlog=20) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.CACHES = settings.CACHES | {
            "default": settings.CACHES["default"] | {"LOCATION": url}
        }
        client.get(PAGE)
        started = time.monotonic()
        for _ in range(5):
            assert client.get(PAGE).status_code == 200
        assert time.monotonic() - started < 3  # five seconds, if each waited


def test_an_emptied_cache_is_filled_again(fresh, article):
    fresh()
    cache.clear()
    assert fresh()
    assert not fresh()


def test_a_404_is_not_kept(client, article):
    assert client.get("/articles/later/").status_code == 404
    make_article(slug="later")
    assert client.get("/articles/later/").status_code == 200


@pytest.mark.django_db
def test_staff_change_what_patients_say_and_it_shows_at_once(client, fresh, article, commits):
    fresh()
    testimonial = make_testimonial(words="It helped.")
    with commits():
        admin.site.get_model_admin(type(testimonial)).save_model(
            None, testimonial, None, change=True
        )
    assert "It helped." in client.get(PAGE).text
