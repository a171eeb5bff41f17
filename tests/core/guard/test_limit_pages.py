"""Over a limit, and asked for work, a visitor loses nothing and is given no cookie in vain."""

import pytest
from django.test import Client

from tests.articles.factories import make_article
from tests.newsletter.factories import make_consent_text
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
HERE = {"sec-fetch-site": "same-origin"}
SUBSCRIBE = ("/newsletter/subscribe/", {"email": "grace@example.org", "page": "pages:home"})
PASSWORD = ("/accounts/password/reset/", {"email": "grace@example.org"})
COMMENT = ("/articles/open/comments/", {"name": "Sam", "email": "", "text": "It helped me."})


@pytest.fixture(autouse=True)
def _pages() -> None:
    make_consent_text()
    make_article(slug="open")


@pytest.mark.parametrize(
    ("path", "typed", "rule"), [(*SUBSCRIBE, "newsletter"), (*PASSWORD, "passwords")]
)
def test_over_a_limit_what_was_typed_stays_on_the_page(settings, path, typed, rule):
    settings.LIMITS = settings.LIMITS | {rule: "0/day"}
    answer = Client(headers=HERE).post(path, typed | {"leave_empty": "by a program"})
    assert answer.status_code == 429
    assert answer["Retry-After"]
    [form] = [each for each in read_forms(answer.content.decode()) if "email" in each.fields]
    kept = {name: value for name, value in form.fields.items() if name != "csrfmiddlewaretoken"}
    assert kept == typed


@pytest.mark.parametrize("limit", ["newsletter", "newsletter_easily", "comments_easily"])
def test_a_form_that_needs_no_token_gets_no_cookie_with_its_refusal(settings, limit):
    settings.LIMITS = settings.LIMITS | {limit: "0/day"}
    client = Client(headers=HERE)
    path, typed = COMMENT if limit.startswith("comments") else SUBSCRIBE
    answer = client.post(path, typed)
    assert answer.status_code == 429
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert not answer.cookies
