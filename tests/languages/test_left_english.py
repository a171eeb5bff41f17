"""Every page of the site in Spanish: as safe as in English, and with no sentence left behind."""

import html
import re

import pytest
from django.test import Client
from django.urls import resolve

from core.languages.addresses import without_language
from devstack import paths
from tests.crawl.addresses import Address, addresses
from tests.crawl.world import VISITOR, World, make_world
from tests.languages.test_catalogs import entries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
SAFE = ("Cache-Control", "X-Robots-Tag", "Referrer-Policy", "X-Frame-Options", "Vary")
STAFF = re.compile(
    r"/(admin|accounts|api|dev|healthz|readyz|metrics|favicon|sitemap|robots|\.well)"
)
SHORTEST = 12  # letters of a sentence that cannot be somebody's name, or a word of both languages
# A heading of the article of the tests, which stands in the article's own language.
OF_AN_ARTICLE = ("How it works", "articles:article")


@pytest.fixture
def world(settings, tmp_path, monkeypatch) -> World:
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(paths, "MAILDIR", tmp_path / "mail")
    return make_world()


@pytest.fixture
def visitor() -> Client:
    client = Client()
    client.cookies["visitor"] = VISITOR
    return client


def in_spanish(world: World) -> list[Address]:
    """Return the addresses that have a language, with their Spanish path."""
    found = [each for each in addresses(world) if not STAFF.match(each.path)]
    return [each._replace(path=f"/es{each.path}") for each in found if _is_page(each.path)]


# Addresses that are the same whatever the language.
ONE_LANGUAGE = ("article_images", "newsletter_webhooks", "payments_webhook", "sms")


def _is_page(path: str) -> bool:
    try:
        return resolve(path).namespace not in ONE_LANGUAGE
    except Exception:  # an example that leads nowhere
        return False


def test_a_spanish_page_answers_with_the_same_status_and_headers(world, visitor):
    wrong = []
    for address in in_spanish(world):
        spanish, english = (
            visitor.get(path) for path in (address.path, without_language(address.path))
        )
        if spanish.status_code != english.status_code:
            wrong.append((address.path, spanish.status_code, english.status_code))
        wrong += [
            (address.path, name, spanish.get(name))
            for name in SAFE
            if spanish.get(name) != english.get(name)
        ]
        if spanish.has_header("Location") and "/es/" not in spanish["Location"]:
            wrong.append((address.path, "leads to", spanish["Location"]))
    assert wrong == [], "\n".join(map(str, wrong))


def test_no_sentence_of_the_catalog_is_left_in_english(world, visitor):
    sentences = {
        entry.msgid: re.compile(rf"(?<!\w){re.escape(entry.msgid)}(?!\w)").search
        for entry in entries("es")
        if entry.msgstr not in ("", entry.msgid)
        and len(entry.msgid) >= SHORTEST
        and " " in entry.msgid
        and not re.search(r"[%{<]", entry.msgid)
    }
    assert len(sentences) > 300
    left = set()
    for address in in_spanish(world):
        shown = visitor.get(address.path)
        if address.route == "articles:preview":
            continue  # in the language of its article
        if shown.status_code < 400 and "html" in shown.get("Content-Type", ""):
            words = " ".join(html.unescape(shown.text).split())
            near = (each for each in sentences if each in words)  # a plain search is soon done
            left |= {(each, address.route) for each in near if sentences[each](words)}
    left.discard(OF_AN_ARTICLE)
    assert sorted(left) == [], "\n".join(map(str, sorted(left)))
