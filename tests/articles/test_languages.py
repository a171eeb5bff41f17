"""Articles in Spanish: where they stand, how they are found, and what they owe their originals."""

import re

import pytest
from django.db import IntegrityError, transaction

from articles.models import Article, Word
from articles.publishing import publication, review, slugs, translation_drafts
from articles.publishing.rules import NotPossible, Refused
from tests.articles.factories import approve, edit, make_article, make_draft

pytestmark = pytest.mark.django_db
SPANISH = {
    "title": "Qué hace la naltrexona",
    "summary": "Bloquea los opioides y ayuda a beber menos.",
    "body": "<h2>Cómo funciona</h2><p>La medicación ocupa los receptores [1].</p>",
}


@pytest.fixture
def english() -> Article:
    return make_article(slug="what-naltrexone-does")


def translate(original: Article, *, slug: str = "que-hace-la-naltrexona", **words) -> Article:
    """The same in Spanish, which readers can see."""
    draft = translation_drafts.start(original, language="es", by=None)
    slugs.rename(draft, slug)
    return approve(edit(draft, **SPANISH | words))


def test_a_translation_stands_on_the_spanish_side_only(client, english):
    spanish = translate(english)
    assert spanish.get_absolute_url() == "/es/articles/que-hace-la-naltrexona/"
    page = client.get(spanish.get_absolute_url()).text
    assert "La medicación ocupa" in page
    assert "untranslated" not in page
    for side in ("/articles/", "/es/articles/"):
        listed = client.get(side).text
        assert (english.get_absolute_url() in listed) == (side == "/articles/")
        assert (spanish.get_absolute_url() in listed) == (side == "/es/articles/")


def test_each_side_leads_to_the_article_in_its_own_language(client, english):
    spanish = translate(english)
    to_spanish = client.get("/es/articles/what-naltrexone-does/")
    assert (to_spanish.status_code, to_spanish["Location"]) == (302, spanish.get_absolute_url())
    to_english = client.get("/articles/que-hace-la-naltrexona/")
    assert (to_english.status_code, to_english["Location"]) == (302, english.get_absolute_url())


def test_what_is_not_translated_is_shown_in_english_and_says_so(client, english):
    page = client.get("/es/articles/what-naltrexone-does/").text
    assert '<h1 id="title" lang="en">What naltrexone does</h1>' in page
    assert 'id="untranslated"' in page
    assert re.search(r'rel="canonical" href="\w+://[^/"]+/articles/what-naltrexone-does/"', page)


def test_the_kept_english_page_goes_when_its_translation_comes_or_goes(client, english, commits):
    path = "/es/articles/what-naltrexone-does/"
    assert client.get(path).status_code == 200
    with commits():
        spanish = translate(english)
    assert client.get(path).status_code == 302
    with commits():
        publication.archive(spanish)
    assert client.get(path).status_code == 200


def test_translations_name_one_another_to_search_engines(client, english, commits):
    assert "hreflang" not in head(client, english)
    with commits():
        spanish = translate(english)
    for article in (english, spanish):
        named = re.findall(r'hreflang="(\w+)"\s+href="\w+://[^/]+(/[^"]*)"', head(client, article))
        found = dict(named)
        assert found == {"en": english.get_absolute_url(), "es": spanish.get_absolute_url()}


def head(client, article: Article) -> str:
    return client.get(article.get_absolute_url()).text.partition("</head>")[0]


def test_the_spanish_list_says_how_many_more_there_are_in_english(client, english, commits):
    translate(english)
    assert "in-english" not in client.get("/es/articles/").text
    with commits():
        make_article()
        make_article()
    page = client.get("/es/articles/").text
    assert '<a href="/articles/" hreflang="en">' in page
    said = page.partition('class="in-english">')[2]
    assert said.split()[0] == "2"
    assert "in-english" not in client.get("/articles/").text
    topic = english.topic.slug
    assert f'<a href="/articles/topics/{topic}/" hreflang="en">' in (
        client.get(f"/es/articles/topics/{topic}/").text
    )


@pytest.mark.parametrize(
    "typed",
    [
        "medicación",
        "medicacion",
        "medicaciones",
        "MEDICACIÓN",
        "Suboxone",
        "naltrexone",
        "opiaceos",
    ],
)
def test_spanish_is_found_with_and_without_accents_and_by_other_names(client, english, typed):
    body = "<p>La medicación ocupa los receptores. Otra es la buprenorfina con naloxona [1].</p>"
    spanish = translate(english, body=body.replace("con naloxona", "y naloxona"))
    page = client.get("/es/articles/", {"q": typed}).text
    assert spanish.get_absolute_url() in page
    assert "/articles/what-naltrexone-does/" not in page


def test_each_language_searches_its_own_articles(client, english):
    spanish = translate(english)
    assert spanish.get_absolute_url() not in client.get("/articles/", {"q": "opioides"}).text
    found = client.get("/es/articles/", {"q": "receptors"}).text
    assert english.get_absolute_url() + '"' not in found
    assert 'href="/articles/?q=receptors" hreflang="en"' in found
    offered = client.get("/es/articles/search/", {"q": "naltre"}).text
    assert spanish.get_absolute_url() in offered
    assert english.get_absolute_url() + '"' not in offered


def test_spelling_is_corrected_towards_words_of_the_language(client, english):
    spanish = translate(english, body="<p>La buprenorfina ocupa los receptores [1].</p>")
    assert spanish.get_absolute_url() in client.get("/es/articles/", {"q": "buprenorfna"}).text
    assert set(Word.objects.get(word="naltrexona").languages) == {"es"}
    assert set(Word.objects.get(word="naltrexone").languages) == {"en"}


def test_an_address_belongs_to_one_article_in_whatever_language(client, english):
    spanish = translate(english)
    slugs.rename(spanish, "naltrexona")
    for taken in ("que-hace-la-naltrexona", "naltrexona", "what-naltrexone-does"):
        with pytest.raises(Refused, match="once had"):
            make_draft(slug=taken)
    moved = client.get("/es/articles/que-hace-la-naltrexona/")
    assert (moved.status_code, moved["Location"]) == (301, "/es/articles/naltrexona/")


def test_an_old_english_address_leads_on_from_the_spanish_side_too(client, english):
    slugs.rename(english, "naltrexone")
    moved = client.get("/es/articles/what-naltrexone-does/")
    assert (moved.status_code, moved["Location"]) == (301, "/es/articles/naltrexone/")


def test_feed_and_sitemap_keep_to_their_languages(client, english):
    spanish = translate(english)
    feed = client.get("/es/articles/feed/").text
    assert 'xml:lang="es-US"' in feed
    assert spanish.get_absolute_url() in feed
    assert "/articles/what-naltrexone-does/" not in feed
    assert spanish.get_absolute_url() not in client.get("/articles/feed/").text
    places = client.get("/sitemap-articles.xml").text
    assert f"{english.get_absolute_url()}</loc>" in places
    assert f"{spanish.get_absolute_url()}</loc>" in places
    topics = client.get("/sitemap-topics.xml").text
    assert f"/es/articles/topics/{english.topic.slug}/</loc>" in topics


def test_an_article_leads_to_others_of_its_language(client, english):
    other = make_article(slug="naltrexone-tablets")
    spanish = translate(english)
    also = translate(other, slug="tabletas-de-naltrexona", title="Tabletas de naltrexona")
    cards = client.get(spanish.get_absolute_url()).text.partition("resources-title")[2]
    assert also.get_absolute_url() in cards
    assert other.get_absolute_url() + '"' not in cards


def test_one_translation_a_language_and_none_of_a_translation(english):
    spanish = translate(english)
    for original in (english, spanish):
        with pytest.raises(NotPossible):
            translation_drafts.start(original, language="es", by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=make_draft().pk).update(language="es", translation_of=english)
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=make_draft().pk).update(translation_of=english)


def test_a_translation_starts_with_all_that_its_original_has(english):
    draft = translation_drafts.start(english, language="es", by=None)
    assert (draft.status, draft.language, draft.translation_of) == ("draft", "es", english)
    assert draft.body == english.body
    assert draft.sources.count() == english.sources.count() == 1
    with pytest.raises(NotPossible, match="translate it first"):
        review.submit(draft)


def test_a_translation_is_behind_once_its_original_changed_in_substance(english, editor):
    spanish = translate(english)
    panel = f"/admin/articles/article/{spanish.pk}/change/"
    assert "This translation is behind" not in editor.get(panel).text
    approve(edit(english, body="<p>It does something else now, says the label [1].</p>"))
    assert list(Article.objects.behind()) == [spanish]
    assert "This translation is behind" in editor.get(panel).text
    listed = editor.get("/admin/articles/article/", {"translation": "behind"}).text
    assert (spanish.title in listed, english.title in listed) == (True, False)
    assert "translation is behind" in editor.get("/admin/").text
    review.confirm_review(spanish, by=spanish.reviewer)
    assert not Article.objects.behind().exists()


def test_a_slip_of_the_pen_leaves_no_translation_behind(english):
    translate(english)
    edit(english, body=english.body.replace("receptors", "receptor"), small=True)
    english.refresh_from_db()
    assert english.status == "published"
    assert not Article.objects.behind().exists()


def test_staff_begin_a_translation_with_one_button(editor, english):
    change = f"/admin/articles/article/{english.pk}/change/"
    assert "Translate into Spanish" in editor.get(change).text
    answer = editor.post(f"/admin/articles/article/{english.pk}/step/translate-es/")
    draft = Article.objects.get(translation_of=english)
    assert answer["Location"] == f"/admin/articles/article/{draft.pk}/change/"
    assert "Translate into Spanish" not in editor.get(change).text
    again = editor.post(f"/admin/articles/article/{english.pk}/step/translate-es/", follow=True)
    assert "There is a translation into this language already." in again.text
    assert Article.objects.filter(translation_of=english).count() == 1
