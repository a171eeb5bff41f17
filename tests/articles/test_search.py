import re

import pytest
from django.apps import apps

from appointments.models import Provider
from articles.migrations import _synonyms
from articles.models import Synonym, Word
from articles.publishing import publication
from articles.search import results
from tests.articles.factories import edit, make_article, make_draft, make_topic
from tests.factories import make_provider

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


@pytest.fixture
def names():
    """The synonyms that every clinic begins with: another test may have emptied the table."""
    _synonyms.write(apps, None)


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


def test_a_brand_finds_its_medicine_and_the_other_way_round(client, names):
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
    publication.archive(article)
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
    assert results.parse_words("Buprenorphine/naloxone, don't!") == [
        "buprenorphine",
        "naloxone",
        "don't",
    ]
    assert len(results.parse_words("one " * 50)) == 10


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ("COVID-19", "It began with COVID-19."),
        ("covid 19", "It began with COVID-19."),
        ("covid19", "It began with COVID-19."),
        ("PHQ-9", "Fill in the PHQ-9 first."),
        ("phq9", "Fill in the PHQ-9 first."),
        ("F11.20", "Code F11.20 is for it."),
        ("f11", "Code F11.20 is for it."),
        ("0.5mg", "Begin with 0.5 mg a day."),
        ("0.5 mg", "Begin with 0.5mg a day."),
        ("cafe", "Meet in a café."),
        ("CAFÉ", "Meet in a cafe."),
        ("naïve", "People who are opioid-naive."),
        ("fades", "It lasts weeks.Fades then."),
        ("weeks", "It lasts weeks.Fades then."),
        ("samhsa", "See www.samhsa.gov for more."),
        ("www.samhsa.gov", "See www.samhsa.gov for more."),
        ("24/7", "Open 24/7 for you."),
        ("suboxone", "Suboxone™ is a brand."),
        ("step 12", "The 12-step way."),
        ("o'hara", "By Dr. O’Hara."),
        ("and/or", "Films and/or tablets."),
    ],
)
def test_what_was_typed_is_found_however_it_is_written(client, typed, body):
    make_article(slug="it", body=f"<p>{body} [1]</p>")
    make_article(slug="other", body="<p>Nothing of the kind, 5 of 19 and 20 of 9. [1]</p>")
    if typed != "and/or":  # both are words of no meaning to the index
        assert found(client, typed) == ["it"]


def test_numbers_that_stand_apart_are_not_what_was_typed(client):
    make_article(slug="apart", body="<p>Of 11 people in group F, 20 came. [1]</p>")
    assert found(client, "F11.20") == []


def test_what_was_found_in_another_spelling_is_highlighted(client):
    make_article(slug="it", summary="Meet in a café about PHQ-9.")
    assert "<mark>café</mark>" in client.get("/articles/", {"q": "cafe"}).text
    assert "<mark>PHQ-9</mark>" in client.get("/articles/", {"q": "phq9"}).text


@pytest.mark.parametrize(
    ("typed", "holds"),
    [
        ("booze", "alcohol"),
        ("drunk", "drinking"),
        ("benzos", "benzodiazepines"),
        ("percs", "oxycodone"),
        ("klonopin", "benzodiazepines"),
        ("dope", "heroin"),
        ("weed", "cannabis"),
        ("hangover", "alcohol withdrawal"),
        ("therapist", "counseling"),
        ("is it confidential", "private"),
        ("appointment", "visit"),
        ("price", "costs"),
        ("rehab", "detox"),
        ("tranq", "xylazine"),
    ],
)
def test_search_knows_the_street(client, names, typed, holds):
    make_article(slug="it", title=f"About {holds} here", summary="It is.")
    make_article(slug="book", title="A book of drug facts for each week", summary="It is.")
    assert found(client, typed) == ["it"]
    assert "Nothing holds" not in client.get("/articles/", {"q": typed}).text


def test_every_clinic_begins_with_at_least_eighty_names(names):
    assert Synonym.objects.count() >= 80


@pytest.mark.parametrize("word", ["booze", "drunk", "weed", "speed", "party", "wined", "sober"])
def test_a_word_that_is_one_is_never_corrected_away(client, word):
    Word.objects.bulk_create(
        [Word(word=w) for w in ("book", "drug", "week", "spend", "parts", "wines", "sore")],
        ignore_conflicts=True,
    )
    assert results.spelling.correct_spelling([word], set()) == [word]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("suboxne", "suboxone"),
        ("naltrexnoe", "naltrexone"),
        ("alchol", "alcohol"),
        ("fentynal", "fentanyl"),
        ("buprenorfine", "buprenorphine"),
        ("tablit", "tablit"),  # "habit" begins otherwise
        ("zzzzzz", "zzzzzz"),
    ],
)
def test_a_word_is_corrected_where_its_first_letters_fit(typed, meant):
    known = "suboxone naltrexone alcohol fentanyl buprenorphine habit"
    Word.objects.bulk_create([Word(word=w) for w in known.split()], ignore_conflicts=True)
    assert results.spelling.correct_spelling([typed], set()) == [meant]


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("appointment", "/book/"),
        ("cancel my appointment", "/appointments/lost-link/"),
        ("phone number", "/contact/"),
        ("about us", "/about/"),
        ("how much does it cost", "/prices/"),
        ("providers", "/providers/"),
        ("which states", "/states/"),
        ("is it confidential", "/privacy/"),
        ("unsubscribe", "/newsletter/"),
        ("cost", "/prices/"),
        ("how much", "/prices/"),
        ("how much does it cost?", "/prices/"),
        ("do you take medicaid", "/prices/"),
        ("do you treat my state", "/states/"),
        ("seguro", "/prices/"),
        ("¿cuánto cuesta?", "/prices/"),
        ("who will I see", "/providers/"),
        ("do you treat new york", "/states/new-york/"),
        ("can I cancel", "/late-or-cancel/"),
        ("is it private", "/privacy/"),
        ("who will know", "/faq/#who-will-know-that-i-came"),
        ("running late", "/late-or-cancel/"),
        ("pharmacy", "/medicine-and-pharmacy/"),
        ("court letter", "/letters/"),
        ("interpreter", "/nondiscrimination/"),
        ("surprise bill", "/good-faith-estimate/"),
        ("¿puedo cancelar?", "/late-or-cancel/"),
        ("¿es privado?", "/privacy/"),
        ("farmacia", "/medicine-and-pharmacy/"),
        ("cómo funciona", "/how-it-works/"),
    ],
)
def test_the_other_pages_of_the_site_are_found_too(client, typed, path):
    html = client.get("/articles/", {"q": typed}).text
    assert f'href="{path}"' in html.split('aria-label="Pages of this site"')[1].split("</nav>")[0]
    assert f'href="{path}"' in client.get("/articles/search/", {"q": typed}).text


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("cancelar mi cita", "/es/appointments/lost-link/"),
        ("quién lo sabrá", "/es/privacy/"),
        ("private", "/es/privacy/"),
        ("seguro", "/es/prices/"),
    ],
)
def test_pages_are_found_in_spanish_by_words_of_both_languages(client, typed, path):
    assert f'href="{path}"' in client.get("/es/articles/", {"q": typed}).text


def test_a_provider_is_found_by_a_name_once_they_have_a_page(client):
    provider = make_provider(name="Ruth Ann Pell", listed=True)
    path = f'href="/providers/{provider.slug}/"'
    assert path in client.get("/articles/", {"q": "dr pell"}).text
    Provider.objects.update(listed=False)
    assert path not in client.get("/articles/", {"q": "dr pell"}).text


def test_an_article_is_not_pushed_aside_by_a_page(client, library):
    assert "Pages of this site" not in client.get("/articles/?q=about+suboxone").text


def test_no_result_leads_to_people(client):
    html = client.get("/articles/?q=qqqqq").text
    block = html.split('class="empty-day"')[1].split("</aside>")[0]
    for way in ("tel:988", "sms:988", "tel:911", 'href="/book/"', 'href="/contact/"'):
        assert way in block
