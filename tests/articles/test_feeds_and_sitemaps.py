"""Feed, sitemap and robots."""

import html
import re
from xml.etree import ElementTree

import pytest

from articles.publishing import publication, slugs
from articles.sitemaps import ArticlesSitemap
from tests.articles.factories import LABEL, edit, make_article, make_draft, make_topic

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE_URL = "https://clinic.example.org"


def entries(client, path: str = "/articles/feed/"):
    response = client.get(path)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314  (our own feed)
    return root, root.findall(f"{ATOM}entry")


def test_the_feed_is_atom_with_absolute_addresses_and_no_drafts(client):
    make_article(slug="open", title="Open & free")
    make_draft(title="Draft")
    root, [entry] = entries(client)
    assert entry.find(f"{ATOM}title").text == "Open & free"
    assert entry.find(f"{ATOM}link").get("href") == "https://clinic.example.org/articles/open/"
    assert entry.find(f"{ATOM}summary").text.startswith("It blocks opioids")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*(Z|\+00:00)", entry.find(f"{ATOM}published").text)
    assert root.find(f"{ATOM}id").text.startswith("tag:clinic.example.org,2026")
    own = [each for each in root.findall(f"{ATOM}link") if each.get("rel") == "self"]
    assert own[0].get("href") == "https://clinic.example.org/articles/feed/"


def test_an_entry_keeps_its_id_when_its_article_gets_another_address(client, commits):
    article = make_article(slug="first")
    _, [before] = entries(client)
    with commits():
        slugs.rename(article, "second")
    _, [after] = entries(client)
    assert before.find(f"{ATOM}id").text == after.find(f"{ATOM}id").text
    assert after.find(f"{ATOM}link").get("href").endswith("/articles/second/")


def test_a_feed_can_bring_the_whole_text(client):
    make_article(body='<p>The <a href="/articles/x/">whole</a> text [1].</p>')
    _, [entry] = entries(client, "/articles/feed/?full=1")
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    assert 'href="https://clinic.example.org/articles/x/"' in content.text
    assert "text [1]." in content.text
    assert entries(client)[1][0].find(f"{ATOM}content") is None


def test_every_topic_has_a_feed(client):
    make_article(title="Here", topic=make_topic("Alcohol"))
    make_article(title="Elsewhere")
    _, [entry] = entries(client, "/articles/topics/alcohol/feed/")
    assert entry.find(f"{ATOM}title").text == "Here"
    assert client.get("/articles/topics/none/feed/").status_code == 404


def test_odd_headers_of_a_feed_reader_break_nothing(client):
    make_article()
    odd = {
        "If-Modified-Since": "yesterday",
        "If-None-Match": ',,"x" W/"',
        "Accept-Encoding": ";;q=, br;q=x",
        "Accept": "nonsense",
    }
    assert client.get("/articles/feed/", headers=odd).status_code == 200


def listed(client) -> str:
    """All that the sitemaps hold which the index names."""
    index = client.get("/sitemap.xml").text
    files = re.findall(r"<loc>https://clinic.example.org([^<]+)</loc>", index)
    assert files
    answers = [client.get(html.unescape(file)) for file in files]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.text for answer in answers)


def test_the_sitemaps_list_what_readers_see_and_when_it_changed(client, commits):
    article = make_article(slug="open", topic=make_topic("Alcohol"))
    make_draft(slug="hidden")
    xml = listed(client)
    assert "<loc>https://clinic.example.org/articles/</loc>" in xml
    assert "<loc>https://clinic.example.org/articles/open/</loc>" in xml
    assert "<loc>https://clinic.example.org/articles/topics/alcohol/</loc>" in xml
    assert f"<lastmod>{article.published_at:%Y-%m-%d}</lastmod>" in xml
    assert "hidden" not in xml
    with commits():
        publication.archive(edit(article, sources=(LABEL, LABEL)))
    assert "/articles/open/" not in listed(client)


def test_no_file_of_the_sitemap_holds_more_than_its_share(client, monkeypatch):
    monkeypatch.setattr(ArticlesSitemap, "limit", 2)
    for number in range(5):
        make_article(slug=f"article-{number}")
    index = client.get("/sitemap.xml").text
    assert index.count("sitemap-articles.xml") == 3
    assert "sitemap-articles.xml?p=3" in index
    assert client.get("/sitemap-articles.xml?p=3").text.count("<url>") == 1
    assert all(f"/articles/article-{number}/" in listed(client) for number in range(5))
    assert ArticlesSitemap.limit < 50_000
    for odd in ("/sitemap-articles.xml?p=999", "/sitemap-articles.xml?p=x", "/sitemap-none.xml"):
        assert client.get(odd).status_code == 404


def test_robots_may_read_articles_but_no_previews(client):
    text = client.get("/robots.txt").text
    assert "Disallow: /articles/preview/\n" in text
    assert "Disallow: /articles/\n" not in text
