import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from articles.links import preview_links
from articles.models import Contributor, ImageAsset, Related
from articles.revisions.content import QuestionAnswer, SourceLine
from tests.articles.factories import (
    LABEL,
    approve,
    edit,
    make_article,
    make_contributor,
    make_draft,
    make_topic,
)
from tests.pages.factories import make_practice, make_testimonial

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    author = make_contributor("Ruth Pell", credentials="RN", slug="ruth-pell")
    draft = make_draft(
        slug="naltrexone",
        author=author,
        body="<h2>How it works</h2><p>It blocks [1].</p>"
        '<blockquote class="urgent"><h2>Get help now</h2><p>Call 911.</p></blockquote>',
        key_points=("It is not habit-forming.",),
        faq=(QuestionAnswer("Is it addictive?", "No [2]."),),
        sources=(LABEL, SourceLine("TIP 63", "SAMHSA", 2021, "https://example.org/tip")),
    )
    reviewer = make_contributor("Marcus Oyelaran", specialty="addiction medicine", slug="marcus")
    return approve(draft, by=reviewer)


def test_the_page_says_who_wrote_and_reviewed_it_and_when(client, article):
    html = client.get("/articles/naltrexone/").text
    assert '<h1 id="title">What naltrexone does</h1>' in html
    assert 'href="/articles/contributors/ruth-pell/"><b>Ruth Pell, RN</b>' in html
    assert "<b>Marcus Oyelaran, MD</b></a>, addiction medicine" in html
    for word in ("Published", "Last reviewed", "Next review", "Reading time"):
        assert f"<dt>{word}</dt>" in html


def test_the_page_holds_contents_key_points_questions_call_outs_and_sources(client, article):
    html = client.get("/articles/naltrexone/").text
    for address in ("points", "how-it-works", "get-help-now", "faq", "sources"):
        assert f'<a href="#{address}">' in html
        assert f'id="{address}"' in html
    assert "It is not habit-forming." in html
    assert '<div class="callout callout-urgent">' in html
    assert 'id="cite-1-1" href="#source-1"' in html
    assert 'href="#cite-1-1"' in html  # and back
    assert '<li id="source-2">' in html
    assert 'href="https://example.org/tip"' in html


def test_the_page_leads_to_a_visit_to_more_reading_and_to_trust(client, article):
    make_testimonial()
    other = make_article(title="Brixadi", slug="brixadi")
    Related.objects.get_or_create(article=article, to=other)
    html = client.get("/articles/naltrexone/").text
    assert html.count('href="/book/"') >= 3
    assert "All resources to help your recovery" in html
    assert 'href="/articles/brixadi/"' in html
    assert "A place to recover" in html
    assert "What patients say" in html


def test_an_article_is_the_same_for_everybody(client, article):
    response = client.get("/articles/naltrexone/", headers={"Cookie": "sessionid=abcdefgh"})
    assert "Cookie" not in response.headers["Vary"]
    assert not response.cookies
    assert "csrf" not in response.text
    assert response["Cache-Control"].startswith("public")


def test_a_page_that_is_not_kept_takes_at_most_six_queries(
    client, article, django_assert_max_num_queries
):
    make_practice()
    make_testimonial()
    with django_assert_max_num_queries(6):
        client.get("/articles/naltrexone/")


def test_structured_data_names_people_dates_and_sources(client, article, settings):
    Contributor.objects.filter(pk=article.reviewer_id).update(
        profile_url="https://board.example.org/dana"
    )
    settings.SITE_URL = "https://clinic.example.org"
    html = client.get("/articles/naltrexone/").text
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    page, crumbs, faq = json.loads(text)["@graph"]
    assert page["@type"] == ["MedicalWebPage", "Article"]
    assert page["headline"] == "What naltrexone does"
    assert page["url"] == "https://clinic.example.org/articles/naltrexone/"
    assert page["author"]["name"] == "Ruth Pell"
    assert page["reviewedBy"]["hasCredential"]["name"] == "MD"
    assert page["reviewedBy"]["sameAs"] == "https://board.example.org/dana"
    assert page["lastReviewed"] == article.last_reviewed.isoformat()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\+00:00", page["datePublished"])
    assert [each["name"] for each in page["citation"]] == ["Prescribing information", "TIP 63"]
    assert page["about"][0]["name"] == "Medicines"
    assert page["image"] == ["https://clinic.example.org/articles/naltrexone/share.png?v=1"]
    assert [each["name"] for each in crumbs["itemListElement"]] == [
        "Articles",
        "Medicines",
        "What naltrexone does",
    ]
    assert faq["mainEntity"][0]["name"] == "Is it addictive?"


def test_structured_data_cannot_end_its_element(client):
    make_article(slug="odd", title="</script><script>alert(1)</script>")
    html = client.get("/articles/odd/").text
    assert "<script>alert" not in html


def test_the_head_says_what_machines_need(client, article, settings):
    settings.SITE_URL = "https://clinic.example.org"
    html = client.get("/articles/naltrexone/?utm_source=x").text
    assert html.count('rel="canonical"') == 1
    address = "https://clinic.example.org/articles/naltrexone/"
    assert f'<link rel="canonical" href="{address}">' in html
    assert '<meta name="description" content="It blocks opioids' in html
    assert f'<meta property="og:url" content="{address}">' in html
    assert 'property="og:title" content="What naltrexone does"' in html
    assert 'name="twitter:card"' in html
    assert "<title>What naltrexone does | Curednation</title>" in html


def test_related_articles_are_those_chosen_by_hand_then_those_with_like_words(client):
    topic, other = make_topic("Medicines"), make_topic("Family")
    near = make_article(slug="near", title="What naltrexone costs", topic=topic)
    far = make_article(slug="far", title="Talking with a son", summary="Kind words.", topic=other)
    chosen = make_article(slug="chosen", title="Sleep", summary="Nights.", topic=other)
    article = make_draft(slug="naltrexone", topic=topic)
    Related.objects.create(article=article, to=chosen)
    approve(article)
    html = client.get("/articles/naltrexone/").text
    places = [html.index(f"/articles/{each.slug}/") for each in (chosen, near, far)]
    assert places == sorted(places)
    # and the older one learns of the newer
    assert article in near.related.all()


def test_a_preview_by_secret_link_shows_the_newest_save_and_is_kept_by_nobody(client, article):
    edit(article, body="<p>Not reviewed yet [1].</p>")
    link = preview_links.link(article)
    response = client.get(link)
    assert "Not reviewed yet" in response.text
    assert "A preview." in response.text
    assert response["Cache-Control"] == "no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert "application/ld+json" not in response.text
    assert "Not reviewed yet" not in client.get("/articles/naltrexone/").text


def test_a_preview_link_expires_and_cannot_be_made_up(client, article):
    link = preview_links.link(article)
    forged = link.replace(f"/{article.pk}.", f"/{article.pk + 1}.")
    assert client.get(forged).status_code == 404
    assert client.get("/articles/preview/1.abc.def/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=7, hours=1)):
        assert client.get(link).status_code == 404


def test_the_home_page_shows_six_cards_with_one_query(client, django_assert_num_queries):
    make_practice()
    for number in range(7):
        make_article(slug=f"a{number}", title=f"Title {number}")
    make_draft(title="Not yet")
    # The practice, cards, testimonials, what a visit costs, and who sees patients.
    with django_assert_num_queries(5):
        html = client.get("/").text
    assert html.count('class="post-card"') == 6
    assert "Title 6" in html
    assert "Title 0" not in html
    assert "Not yet" not in html


def test_the_menu_the_footer_and_the_404_page_lead_to_the_articles(client):
    home = client.get("/").text
    assert home.count('href="/articles/"') == 3, "in a row, in the phone's menu, in the footer"
    assert "All resources" not in home
    lost = client.get("/nowhere/").text
    assert '<form class="search" role="search" action="/articles/">' in lost


def test_a_cover_has_its_size_so_that_nothing_jumps(client, commits):
    asset = ImageAsset.objects.create(file="articles/x.jpg", width=800, height=600, alt="A table")
    article = make_article(slug="covered")
    article.cover = asset
    article.save()
    html = client.get("/articles/covered/").text
    assert 'alt="A table" width="800" height="600"' in html
    assert "summary_large_image" in html


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_page_is_read_only(client, article, method):
    assert getattr(client, method)("/articles/naltrexone/").status_code == 405
