import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Redirect
from articles.publishing import publication, slugs
from articles.publishing.rules import Refused
from tests.articles.factories import make_article, make_draft

pytestmark = pytest.mark.django_db


def test_an_old_address_redirects_once_and_for_ever(client, commits):
    article = make_article(slug="first")
    assert client.get("/articles/first/").status_code == 200
    with commits():
        slugs.rename(article, "second")
    with commits():
        slugs.rename(article, "third")
    for old in ("first", "second"):
        response = client.get(f"/articles/{old}/")
        assert (response.status_code, response["Location"]) == (301, "/articles/third/")
    assert client.get("/articles/third/").status_code == 200


def test_going_back_to_an_old_address_makes_no_loop(client, commits):
    article = make_article(slug="first")
    with commits():
        slugs.rename(article, "second")
        slugs.rename(article, "first")
    assert client.get("/articles/first/").status_code == 200
    response = client.get("/articles/second/")
    assert (response.status_code, response["Location"]) == (301, "/articles/first/")


def test_an_address_that_was_once_public_is_never_given_to_another():
    slugs.rename(make_article(slug="first"), "second")
    for taken in ("first", "second"):
        with pytest.raises(Refused, match="once had"):
            make_draft(slug=taken)
        with pytest.raises(Refused, match="once had"):
            slugs.rename(make_draft(), taken)


def test_a_draft_that_nobody_has_seen_leaves_no_redirect_behind():
    slugs.rename(make_draft(slug="first"), "second")
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("slug", ["feed", "topics", "contributors", "comments", "preview"])
def test_addresses_of_the_site_itself_are_refused(slug):
    with pytest.raises(Refused, match="site itself"):
        make_draft(slug=slug)


def test_the_old_address_of_an_archived_article_is_gone(client):
    article = make_article(slug="first")
    slugs.rename(article, "second")
    publication.archive(article)
    assert client.get("/articles/first/").status_code == 404


@pytest.fixture
def moved_in():
    """An article that had these addresses on another site."""
    article = make_article(slug="naltrexone")
    for path in ("/2019/05/my-post/", "/?p=123", "/über-uns/"):
        Redirect.objects.create(path=path, article=article)
    return article


@pytest.mark.parametrize(
    "asked",
    [
        "/2019/05/my-post/",
        "/2019/05/my-post",
        "/2019/05/my-post/?utm_source=x",
        "/?p=123",
        "/?p=00123&preview=true",
        "/?page_id=123",
        "/index.php?p=123",
        "/%C3%BCber-uns/",
    ],
)
def test_an_address_of_the_site_before_leads_here_in_one_step(client, moved_in, asked):
    for method in (client.get, client.head):
        response = method(asked)
        assert (response.status_code, response["Location"]) == (301, "/articles/naltrexone/")
    assert not response.cookies


def test_an_old_article_without_its_slash_is_one_redirect_too(client):
    slugs.rename(make_article(slug="first"), "second")
    response = client.get("/articles/first")
    assert (response.status_code, response["Location"]) == (301, "/articles/second/")


def test_an_old_address_follows_a_later_rename_in_one_step(client, moved_in):
    slugs.rename(moved_in, "new-name")
    assert client.get("/2019/05/my-post/")["Location"] == "/articles/new-name/"
    assert client.get("/?p=123")["Location"] == "/articles/new-name/"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("/?p=124", 200),
        ("/?p=", 200),
        ("/?p=x", 200),
        ("/?p=" + "9" * 5000, 200),
        ("/?q=naltrexone", 200),
        ("/2019/05/other/", 404),
        ("/" + "x" * 3000, 404),
        ("//2019/05/my-post/", 404),
    ],
)
def test_other_addresses_answer_as_ever(client, moved_in, asked, status):
    assert client.get(asked).status_code == status


def test_a_form_is_never_sent_on(client, moved_in):
    assert client.post("/2019/05/my-post/").status_code == 404


def test_a_page_that_exists_costs_no_look_at_old_addresses(client, moved_in):
    client.get("/articles/naltrexone/")
    client.get("/articles/naltrexone/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/articles/naltrexone/").status_code == 200
        assert client.get("/healthz").status_code == 200
    assert not [query for query in queries if "articles_redirect" in query["sql"]]
