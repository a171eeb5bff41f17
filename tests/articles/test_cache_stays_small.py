"""Nothing that a stranger types fills the cache."""

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from redis import Redis

from core.cache import pages
from tests.articles.factories import make_article, make_topic

pytestmark = pytest.mark.django_db
SPELLINGS = ["01", "+1", " 1", "1 ", "1\u2003", "\u20031", "1_0", "1.0", "1e0"]
SPELLINGS += ["\u0661", "\uff11", "1\n"]


@pytest.fixture
def library():
    topic = make_topic("Medicines")
    for _ in range(25):
        make_article(topic=topic)


def keys() -> set[bytes]:
    own = settings.CACHES["default"]
    with Redis.from_url(own["LOCATION"]) as client:
        return set(client.keys(f"{own['KEY_PREFIX']}*"))


def ask(path: str, **query: str) -> int:
    return Client().get(path, query).status_code


def lists() -> list[str]:
    article = make_article()
    return ["/articles/", article.topic.get_absolute_url(), article.author.get_absolute_url()]


def test_another_spelling_of_a_page_is_a_404_and_leaves_nothing(library):
    for path in lists():
        assert ask(path, page="1") == 200
        before = keys()
        for spelling in SPELLINGS:
            assert ask(path, page=spelling) == 404, f"{path} {spelling!r}"
        assert keys() <= before


def test_each_page_is_kept_once_however_it_is_asked_for(library):
    for path in lists():
        assert ask(path) == 200
        before = keys()
        assert ask(path, page="1") == 200
        assert ask(path, order="newest") == 200
        assert ask(path, order="x" * 50) == 200
        assert ask(path, utm_source="letter", page="1") == 200
        assert keys() == before


def test_the_order_of_a_page_without_orders_counts_for_nothing():
    author = make_article().author.get_absolute_url()
    assert ask(author) == 200
    before = keys()
    assert ask(author, order="useful") == 200
    assert keys() == before


@pytest.mark.parametrize(
    "path",
    [
        "/articles/{}/",
        "/articles/{}/comments/",
        "/articles/topics/{}/",
        "/articles/topics/{}/feed/",
        "/articles/contributors/{}/",
        "/newsletter/issues/{}/",
        "/{}/",
    ],
)
def test_an_address_without_a_page_leaves_nothing(path):
    make_article()
    ask("/articles/")
    before = keys()
    for number in range(5):
        assert ask(path.format(f"nothing-{number}")) == 404
    assert keys() <= before


def test_an_answer_to_a_comment_that_is_not_there_leaves_nothing():
    path = f"{make_article().get_absolute_url()}comments/"
    ask(path)
    before = keys()
    assert ask(path, to="123456") == 404
    assert keys() <= before


@pytest.mark.parametrize("query", ["q", "nothing"])
def test_what_is_searched_for_is_in_no_cache(library, query):
    ask("/articles/")
    before = keys()
    for path in ("/articles/", "/articles/search/", "/articles/feed/"):
        ask(path, **{query: "something that only I would ask"})
    assert len(keys() - before) <= 3  # the feed, in its three encodings


def test_past_the_cap_pages_are_made_and_not_kept(settings, library):
    settings.PAGE_CACHE_PAGES = 2
    paths = ["/articles/", "/articles/?page=2", "/articles/?page=3"]
    kept = []
    for path in paths:
        before = keys()
        assert ask(path) == 200
        kept.append(sum(b":page:" in key for key in keys() - before) > 0)
    assert kept == [True, True, False]


def test_each_process_remembers_as_little(library):
    parts = caches["parts"]
    ask("/articles/")
    before = set(parts._cache)
    for number in range(5):
        assert ask(f"/{number}nothing/") == 404
    assert len(set(parts._cache) - before) <= 2, "header and menu of an address without a name"


def test_a_change_after_a_404_is_seen_at_once(rf):
    """The version that a 404 takes away is nobody's whose page was made meanwhile."""
    from django.http import Http404, HttpResponse

    def nothing() -> HttpResponse:
        pages.drop_now("article:x")  # it is published this very moment
        raise Http404

    with pytest.raises(Http404):
        pages.serve(rf.get("/x/"), tags=["article:x"], make=nothing)
    page = pages.serve(rf.get("/x/"), tags=["article:x"], make=lambda: HttpResponse("new"))
    assert page.content == b"new"
    pages.drop_now("article:x")
    page = pages.serve(rf.get("/x/"), tags=["article:x"], make=lambda: HttpResponse("newer"))
    assert page.content == b"newer"
