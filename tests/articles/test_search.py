import re

import pytest

from articles import publishing, search
from articles.loading import load_synonyms
from articles.models import Synonym
from tests.articles.factories import edit, make_article, make_draft, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def library():
    make_article(
        slug="suboxone-costs",
        title="What Suboxone costs",
        summary="With and without insurance.",
        body="<h2>At the counter</h2><p>Ask two pharmacies about cravings [1].</p>",
    )
    make_article(
        slug="vivitrol",
        title="How long Vivitrol stays",
        summary="The block lasts about 28 days.",
        body="<h2>Pain care</h2><p>Carry a card. Suboxone is another medicine [1].</p>",
    )
    make_article(
        slug="family",
        title="Supporting someone you love",
        summary="Kind, honest and safe.",
        body="<h2>First talk</h2><p>Listen more than you speak [1].</p>",
        topic=make_topic("Family"),
    )


def found(client, text: str, **more: str) -> list[str]:
    html = client.get("/articles/", {"q": text} | more).text
    return re.findall(r'class="post-row".*?href="/articles/([^/]+)/"', html, re.S)


def test_words_are_found_in_any_form_and_titles_count_most(client, library):
    assert found(client, "suboxone") == ["suboxone-costs", "vivitrol"]
    assert found(client, "supported") == ["family"]
    assert found(client, "CRAVING") == ["suboxone-costs"]
    assert found(client, "pharmacy insurance") == ["suboxone-costs"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("suboxne", "suboxone-costs"), ("vivtrol", "vivitrol"), ("pharmcies", "suboxone-costs")],
)
def test_a_slip_in_spelling_is_forgiven_and_said(client, library, typed, first):
    assert found(client, typed)[0] == first
    assert f"Nothing holds “{typed}”." in client.get("/articles/", {"q": typed}).text


def test_a_brand_finds_its_medicine_and_the_other_way_round(client):
    load_synonyms()
    make_article(slug="generic", title="Taking extended-release naltrexone")
    make_article(slug="brand", title="Suboxone at home")
    assert found(client, "vivitrol") == ["generic"]
    assert found(client, "buprenorphine/naloxone") == ["brand"]
    assert found(client, "buprenorphine naloxone") == ["brand"]
    assert found(client, "zubsolv") == ["brand"]  # another brand of the same
    Synonym.objects.create(name="strips", means="buprenorphine/naloxone")
    assert found(client, "strips") == ["brand"]


def test_a_drug_pair_with_a_slash_is_found_by_either_part(client):
    make_article(slug="pair", title="About buprenorphine/naloxone film")
    assert found(client, "naloxone film") == ["pair"]


def test_a_word_that_is_still_being_typed_finds_titles(client, library):
    html = client.get("/articles/search/", {"q": "vivi"}).text
    assert '<a href="/articles/vivitrol/">How long Vivitrol stays</a>' in html
    assert "<html" not in html
    assert client.get("/articles/search/", {"q": "what subox"}).text.count("<li>") >= 1
    for nothing in ("", "v", "zzzz", "%", "!!!", "'"):
        assert "<li>" not in client.get("/articles/search/", {"q": nothing}).text


def test_what_was_found_is_highlighted_where_it_stands(client, library):
    html = client.get("/articles/?q=pharmacies").text
    assert "<mark>pharmacies</mark>" in html
    assert "One article for “pharmacies”" in html


def test_some_of_the_words_are_better_than_nothing(client, library):
    assert found(client, "suboxone texas helicopter") == ["suboxone-costs", "vivitrol"]
    assert (
        "No article holds all of these words" in client.get("/articles/?q=suboxone+helicopter").text
    )


def test_without_results_the_page_helps(client, library):
    html = client.get("/articles/?q=qqqqq").text
    assert "Nothing found for “qqqqq”" in html
    assert 'href="/articles/topics/family/"' in html


def test_a_search_can_stay_within_a_topic(client, library):
    assert found(client, "suboxone", topic="family") == []
    assert found(client, "someone", topic="family") == ["family"]
    assert found(client, "suboxone", topic="no-such") == ["suboxone-costs", "vivitrol"]


def test_drafts_and_text_under_review_are_never_found(client, library):
    make_draft(title="Secret methadone plan")
    assert found(client, "methadone") == []
    article = edit(make_article(slug="open", title="Open"), title="Hidden ketamine")
    assert found(client, "ketamine") == []
    publishing.archive(article)
    assert found(client, "open") == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "suboxone " * 2_000,
        "' OR 1=1 --",
        "& | ! ( ) : * <->",
        "the of and",
        "\\",
        "%",
        "🙂",
        "<script>alert(1)</script>",
        "ä" * 300,
        "c++",
        "-",
    ],
)
def test_nothing_that_somebody_types_breaks_the_search(client, library, text):
    response = client.get("/articles/", {"q": text})
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert client.get("/articles/search/", {"q": text}).status_code == 200


def test_a_nul_byte_is_refused_with_a_sentence(client):
    response = client.get("/articles/?q=%00")
    assert response.status_code == 400
    assert "We could not read that." in response.text


def test_what_was_typed_stays_in_the_field(client, library):
    assert 'value="subox &amp; co"' in client.get("/articles/", {"q": "subox & co"}).text


def test_pages_of_results_keep_the_question(client):
    for number in range(11):
        make_article(title=f"Naltrexone {number}")
    html = client.get("/articles/?q=naltrexone").text
    assert "11 articles for “naltrexone”" in html
    assert 'href="?q=naltrexone&amp;page=2"' in html
    assert len(found(client, "naltrexone", page="2")) == 1


def test_words_are_at_most_ten_and_parted_at_signs():
    assert search.words("Buprenorphine/naloxone, don't!") == ["buprenorphine", "naloxone", "don't"]
    assert len(search.words("one " * 50)) == 10
