import re

import pytest

from articles.models import Article
from tests.articles.factories import approve, make_article, make_contributor, make_draft, make_topic
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db


def one_line(client, path: str) -> str:
    return " ".join(client.get(path).text.split())


def titles(html: str) -> list[str]:
    return re.findall(r'class="post-row".*?<h2><a[^>]*>(.*?)</a>', html, re.S)


def test_the_list_shows_the_newest_first_and_no_drafts(client):
    for name in ("One", "Two", "Three"):
        make_article(title=name)
    make_draft(title="Not yet")
    assert titles(client.get("/articles/").text) == ["Three", "Two", "One"]


def test_the_most_useful_can_stand_first(client):
    useful = make_article(title="Useful")
    make_article(title="New")
    Article.objects.filter(pk=useful.pk).update(usefulness=5)
    assert titles(client.get("/articles/?order=useful").text) == ["Useful", "New"]
    assert titles(client.get("/articles/?order=nonsense").text) == ["New", "Useful"]


def test_pages_have_stable_addresses(client, settings):
    settings.SITE_URL = "https://clinic.example.org"
    for number in range(12):
        make_article(title=f"Title {number:02}")
    first, second = one_line(client, "/articles/"), one_line(client, "/articles/?page=2")
    assert len(titles(first)) == 10
    assert titles(second) == ["Title 01", "Title 00"]
    assert '<a class="more" rel="next" href="?page=2">' in first
    assert 'href="?page=1"' in second
    assert 'rel="canonical" href="https://clinic.example.org/articles/"' in first
    assert 'rel="canonical" href="https://clinic.example.org/articles/?page=2"' in second
    assert "12 articles" in first


@pytest.mark.parametrize("page", ["999999", "0", "-1", "x", "1e9", "9" * 400, "٣"])
@pytest.mark.parametrize("path", ["/articles/?page=", "/articles/?q=naltrexone&page="])
def test_a_page_that_does_not_exist_is_a_friendly_404(client, path, page):
    make_article()
    response = client.get(path + page)
    assert response.status_code == 404
    assert "This path ends here." in response.text


def test_a_topic_has_a_page_with_its_introduction_and_its_articles(client):
    topic = make_topic("Alcohol", introduction="Drinking less, or not at all.")
    make_article(title="Main", topic=topic)
    both = make_article(title="As well")
    both.topics.add(topic)
    make_article(title="Elsewhere")
    html = client.get("/articles/topics/alcohol/").text
    assert "Drinking less, or not at all." in html
    assert sorted(titles(html)) == ["As well", "Main"]
    assert 'href="/articles/topics/alcohol/" aria-current="true"' in html
    assert client.get("/articles/topics/nothing/").status_code == 404


def test_a_topic_without_articles_helps_and_is_offered_nowhere(client):
    make_practice()
    make_topic("Family")
    make_article()
    assert "Nothing here yet" in client.get("/articles/topics/family/").text
    assert "/articles/topics/family/" not in client.get("/articles/").text


def test_a_site_without_articles_says_so(client):
    assert "Nothing here yet" in client.get("/articles/").text


def test_a_contributor_has_a_page_with_what_they_wrote_or_reviewed(client):
    person = make_contributor(
        "Ruth Pell",
        credentials="RN",
        slug="ruth-pell",
        specialty="addiction nursing",
        biography="Twenty years at the bedside.",
        profile_url="https://example.org/license",
    )
    make_article(title="Written", author=person)
    approve(make_draft(title="Reviewed"), by=person)
    make_article(title="By others")
    make_draft(title="Draft", author=person)
    html = one_line(client, "/articles/contributors/ruth-pell/")
    assert "Ruth Pell, RN" in html
    assert "Twenty years at the bedside." in html
    assert 'href="https://example.org/license" rel="noopener"' in html
    assert sorted(titles(html)) == ["Reviewed", "Written"]


@pytest.mark.parametrize(
    ("path", "most"),
    [("/articles/", 5), ("/articles/topics/medicines/", 5), ("/articles/?q=naltrexone", 6)],
)
def test_a_list_takes_few_queries(client, path, most, django_assert_max_num_queries):
    make_practice()
    for number in range(12):
        make_article(title=f"Naltrexone {number}")
    client.get("/about/")
    with django_assert_max_num_queries(most):
        assert len(titles(client.get(path).text)) == 10


def test_a_list_can_be_kept_by_any_cache_but_a_search_by_none(client):
    make_article()
    kept, found = client.get("/articles/"), client.get("/articles/?q=naltrexone")
    assert kept["Cache-Control"].startswith("public")
    assert found["Cache-Control"] == "private, no-store"
    for response in (kept, found):
        assert "Cookie" not in response.headers.get("Vary", "")
        assert not response.cookies
    assert '<meta name="robots" content="noindex, follow">' in found.text
