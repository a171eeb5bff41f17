"""Pages of text: what readers see, in which language, and which text they saw before."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.urls import Resolver404, resolve
from django.utils import translation

from articles.models import Article
from articles.revisions.content import Content
from pages.models import TextPage
from pages.text_pages import (
    catalog,
    expiring_parts,
    loading,
    placeholders,
    publishing,
    reading,
    seed_files,
)
from tests.core.staff.people import make_staff
from tests.factories import make_service
from tests.pages.factories import make_practice, make_text_page

pytestmark = pytest.mark.django_db
ENGLISH = [seed for seed in seed_files.all_seeds() if seed.language == "en"]
SEEDS = pytest.mark.parametrize(
    "seed", list(seed_files.all_seeds()), ids=lambda seed: f"{seed.language}-{seed.slug}"
)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main")[1].split("</main>")[0]).split())


def rewrite(page: TextPage, body: str, by) -> None:
    publishing.save(page, Content(page.title, page.summary, body), by=by)


def publish(page: TextPage, body: str, *, writer=None, approver=None) -> None:
    rewrite(page, body, writer or make_staff())
    publishing.submit(page)
    publishing.approve(page, revision=page.newest, by=approver or make_staff())


# ── what comes along ──


def test_every_page_comes_along_in_english():
    assert [seed.slug for seed in ENGLISH] == [entry.slug for entry in catalog.ENTRIES]


@SEEDS
def test_a_text_that_comes_along_names_nothing_unknown_and_fits_its_fields(seed):
    whole = " ".join([seed.content.title, seed.content.summary, seed.content.body])
    assert placeholders.unknown_in(whole) == []
    assert len(seed.content.title) <= 120
    assert len(seed.content.summary) <= 300
    whole = expiring_parts.without_marks(placeholders.PATTERN.sub("", whole))
    assert not re.search(r"[{}]", whole)


@SEEDS
def test_its_links_lead_to_pages_of_this_site_or_are_https(seed):
    for address in re.findall(r'href="([^"]+)"', seed.content.body):
        path = address.partition("#")[0]
        if address.startswith("/articles/"):
            continue  # the library loads the articles: see test_seed_library
        if address.startswith("/"):
            assert path.endswith("/")
            try:
                resolve(path.removeprefix("/es") if seed.language == "es" else path)
            except Resolver404:
                pytest.fail(f"{seed.slug}: nothing is at {address}")
        else:
            assert address.startswith("https://"), address


@SEEDS
def test_numbers_that_the_clinic_sets_are_never_typed(seed):
    for typed in ("until it begins", "hours before", "horas antes", "10 minutes"):
        assert typed not in seed.content.body


def test_without_a_row_readers_see_what_came_along(client):
    make_practice()
    html = client.get("/late-or-cancel/").text
    assert "Come anyway" in html or "come anyway" in html
    assert "(615) 555-0142" in text(html)
    assert "{" not in text(html)
    assert "has not reviewed it yet" in html


def test_loading_again_changes_nothing_and_never_touches_what_staff_wrote():
    new, same = loading.load()
    assert (new, same) == (len(list(seed_files.all_seeds())), 0)
    page = TextPage.objects.get(slug="faq", language="en")
    rewrite(page, "<p>Ours.</p>", make_staff())
    assert loading.load() == (0, new)
    assert TextPage.objects.get(pk=page.pk).body == "<p>Ours.</p>"


def test_a_release_renews_what_nobody_touched_and_keeps_the_earlier_version(client):
    page = make_text_page(body="<p>Old words.</p>")
    make_text_page(body="<p>New words.</p>")
    page.refresh_from_db()
    assert page.online.number == 2
    assert "New words." in client.get("/terms/").text
    assert "Old words." in client.get("/terms/versions/1/").text


# ── what differs from clinic to clinic ──


def test_until_when_a_visit_can_be_changed_comes_from_the_services(client):
    make_practice()
    assert "until it begins" in text(client.get("/late-or-cancel/").text)
    make_service(cutoff_hours=4)
    assert "until 4 hours before it begins" in text(client.get("/faq/?q=cancel").text)


def test_whom_the_clinic_sees_comes_from_the_services(client):
    assert "18 or older" in text(client.get("/minors/").text)
    make_service(minimum_age=16)
    assert "16 or older" in text(client.get("/faq/?q=under+18").text)


def test_a_value_of_the_clinic_cannot_bring_html_into_a_page(client):
    make_practice(name="<b>Bold</b> & Co")
    html = client.get("/terms/").text
    assert "<b>Bold</b> &" not in html
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in html


# ── versions ──


def test_readers_see_a_text_once_somebody_else_approved_it(
    client, django_capture_on_commit_callbacks
):
    page = make_text_page()
    writer, approver = make_staff(), make_staff()
    rewrite(page, "<p>Be on time.</p>", writer)
    publishing.submit(page)
    assert "Be kind." in client.get("/terms/").text
    with pytest.raises(publishing.NotPossible):
        publishing.approve(page, revision=page.newest, by=writer)
    with django_capture_on_commit_callbacks(execute=True):
        publishing.approve(page, revision=page.newest, by=approver)
    html = client.get("/terms/").text
    assert "Be on time." in html
    assert "Version 2" in text(html)
    assert "has not reviewed it" not in html


def test_nobody_approves_what_was_saved_after_they_read_it():
    page, writer = make_text_page(), make_staff()
    rewrite(page, "<p>One.</p>", writer)
    read = page.newest
    rewrite(page, "<p>Two.</p>", writer)
    publishing.submit(page)
    with pytest.raises(publishing.NotPossible):
        publishing.approve(page, revision=read, by=make_staff())


def test_every_version_stays_readable_and_no_search_engine_lists_it(client):
    page = make_text_page()
    publish(page, "<p>Be on time.</p>")
    listed = client.get("/terms/versions/").text
    assert 'href="/terms/versions/1/"' in listed
    html = client.get("/terms/versions/1/").text
    assert "Be kind." in html
    assert "This is version 1" in text(html)
    assert 'content="noindex, follow"' in html
    assert "noindex" not in client.get("/terms/").text
    assert 'href="/terms/versions/"' in client.get("/terms/").text
    for nothing in ("/terms/versions/3/", "/nowhere/versions/", "/nowhere/versions/1/"):
        assert client.get(nothing).status_code == 404


def test_what_is_only_written_is_no_version(client):
    page = make_text_page()
    rewrite(page, "<p>A secret plan.</p>", make_staff())
    assert client.get("/terms/versions/2/").status_code == 404
    assert "secret" not in client.get("/terms/versions/").text + client.get("/terms/").text


# ── languages ──


def test_a_text_that_nobody_translated_is_read_in_english_and_known_as_such(monkeypatch):
    make_text_page()
    monkeypatch.setattr(seed_files, "read", lambda slug, language: None)
    with translation.override("es"):
        shown = reading.current("terms")
        assert (shown.language, shown.is_other_language) == ("en", True)
    make_text_page(language="es", body="<p>Sea amable.</p>")
    with translation.override("es"):
        shown = reading.current("terms")
        assert (shown.language, shown.is_other_language) == ("es", False)
    assert "amable" in shown.prose.html


# ── questions ──


class Details(HTMLParser):
    """Whether each unfolding question is open."""

    def __init__(self, html: str):
        super().__init__()
        self.open: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "details":
            self.open.append("open" in dict(attrs))


def test_the_questions_are_searched_with_plain_get_and_by_the_fragment_alike(client):
    for path in ("/faq/", "/faq/questions/"):
        html = client.get(path, {"q": "can I cancel"}).text
        found = html.split('class="faq"')[1]
        assert "Can I " in found
        assert "Will my employer find out?" not in found
        assert all(Details(found.split("</div>\n      </div>")[0]).open)


def test_all_questions_are_there_without_a_search_and_every_word_of_an_answer_is_found(client):
    html = client.get("/faq/").text
    assert html.count("<details") > 30
    found = client.get("/faq/?q=suboxone").text
    assert "Can I get" in found
    assert 'class="empty-day"' in client.get("/faq/?q=zzzzzz").text


def test_what_somebody_looked_for_is_kept_by_nobody_and_shown_as_text(client):
    response = client.get("/faq/", {"q": "<script>alert(1)</script>"})
    assert response["Cache-Control"] == "private, no-store"
    assert "<script>alert" not in response.text
    assert "noindex" in response["X-Robots-Tag"]
    assert client.get("/faq/", {"q": "\x00"}).status_code == 400
    assert client.get("/faq/", {"q": "a" * 5000}).status_code == 200


def test_search_engines_get_the_questions_as_a_faq_page(client):
    html = client.get("/faq/").text
    [script] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(script)
    assert data["@type"] == "FAQPage"
    assert len(data["mainEntity"]) == html.count("<summary><h3>")
    assert all(each["acceptedAnswer"]["text"] for each in data["mainEntity"])
    assert "application/ld+json" not in client.get("/faq/?q=cost").text


# ── language help ──


def test_language_help_is_offered_in_fifteen_languages_each_marked_as_such(client):
    make_practice()
    html = client.get("/nondiscrimination/").text
    marked = re.findall(r'<li lang="([^"]+)" dir="([^"]+)">', html)
    assert len(marked) >= 15
    assert ("ar", "rtl") in marked
    assert "{taglines}" not in html


def test_no_article_is_needed_for_any_of_it():
    assert not Article.objects.exists()


def test_whom_the_clinic_sees_follows_from_what_can_be_booked():
    make_practice()

    def said() -> str:
        return placeholders.values_in("{minimum_age_sentence}")["minimum_age_sentence"]

    assert said() == "We see people who are 18 or older."
    make_service(slug="teens", minimum_age=16)
    assert said() == "We see people who are 16 or older."
    make_service(slug="all", minimum_age=0)
    assert said() == "We see people of any age."
