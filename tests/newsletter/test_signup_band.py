"""The band stands on every public page, and never on booking, account or private pages."""

import pytest
from django.core.cache import cache
from django.test import Client

from articles.links import preview_links
from newsletter import links
from tests.articles.factories import make_article
from tests.factories import make_provider, make_service
from tests.newsletter.factories import make_subscriber

pytestmark = pytest.mark.django_db
FORM = 'action="/newsletter/subscribe/"'


@pytest.fixture
def visitor():
    cache.clear()
    return Client()


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", "pages:home"),
        ("/about/", "pages:about"),
        ("/contact/", "pages:contact"),
        ("/articles/", "articles:list"),
        ("/articles/?q=sleep", "articles:list"),
        ("/newsletter/", "newsletter:home"),
    ],
)
def test_public_pages_have_the_form_once_with_the_name_of_their_route(visitor, path, page):
    response = visitor.get(path)
    assert response.text.count(FORM) == 1
    assert f'name="page" value="{page}"' in response.text
    assert "csrfmiddlewaretoken" not in response.text
    assert not response.cookies


def test_an_article_has_it_too(visitor):
    article = make_article()
    page = visitor.get(article.get_absolute_url()).text
    assert page.count(FORM) == 1
    assert 'name="page" value="articles:article"' in page


def test_the_preview_of_an_article_has_none(visitor):
    page = visitor.get(preview_links.link(make_article())).text
    assert "A preview." in page
    assert FORM not in page


def test_booking_account_and_private_pages_have_none(visitor):
    service = make_service(providers=[make_provider()])
    subscriber = make_subscriber()
    for path in (
        "/book/",
        "/book/tn/",
        f"/book/tn/{service.slug}/",
        "/appointments/lost-link/",
        "/accounts/login/",
        links.preferences_path(subscriber.key),
        links.unsubscribe_path(subscriber.key),
    ):
        response = visitor.get(path, follow=True)
        assert response.status_code == 200, path
        assert FORM not in response.text, path


def test_the_newsletters_own_page_may_be_kept_by_anyone(visitor):
    first, second = visitor.get("/newsletter/"), visitor.get("/newsletter/")
    assert first.content == second.content
    assert "public" in first["Cache-Control"]
    assert "Cookie" not in first.get("Vary", "")
