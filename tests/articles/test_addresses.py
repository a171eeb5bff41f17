import pytest

from articles import publishing
from articles.models import Redirect
from tests.articles.factories import make_article, make_draft

pytestmark = pytest.mark.django_db


def test_an_old_address_redirects_once_and_for_ever(client, commits):
    article = make_article(slug="first")
    assert client.get("/articles/first/").status_code == 200
    with commits():
        publishing.rename(article, "second")
    with commits():
        publishing.rename(article, "third")
    for old in ("first", "second"):
        response = client.get(f"/articles/{old}/")
        assert (response.status_code, response["Location"]) == (301, "/articles/third/")
    assert client.get("/articles/third/").status_code == 200


def test_going_back_to_an_old_address_makes_no_loop(client, commits):
    article = make_article(slug="first")
    with commits():
        publishing.rename(article, "second")
        publishing.rename(article, "first")
    assert client.get("/articles/first/").status_code == 200
    response = client.get("/articles/second/")
    assert (response.status_code, response["Location"]) == (301, "/articles/first/")


def test_an_address_that_was_once_public_is_never_given_to_another():
    publishing.rename(make_article(slug="first"), "second")
    for taken in ("first", "second"):
        with pytest.raises(publishing.Refused, match="once had"):
            make_draft(slug=taken)
        with pytest.raises(publishing.Refused, match="once had"):
            publishing.rename(make_draft(), taken)


def test_a_draft_that_nobody_has_seen_leaves_no_redirect_behind():
    publishing.rename(make_draft(slug="first"), "second")
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("slug", ["feed", "topics", "contributors", "comments", "preview"])
def test_addresses_of_the_site_itself_are_refused(slug):
    with pytest.raises(publishing.Refused, match="site itself"):
        make_draft(slug=slug)


def test_the_old_address_of_an_archived_article_is_gone(client):
    article = make_article(slug="first")
    publishing.rename(article, "second")
    publishing.archive(article)
    assert client.get("/articles/first/").status_code == 404
