"""Checks of an issue before it is sent, in words for staff."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from core import article_library
from core.languages.addresses import language_of
from core.languages.speaking import speaking
from core.practice.models import Practice
from core.richtext.plain_text import extract
from core.web import link_checker
from newsletter.issues import rendering
from newsletter.models import Issue

GMAIL_CUTS_AT = 102 * 1024
LINKS_AT_A_TIME, MOST_LINKS = 8, 60
# What filters take for spam, what hurts, and what would tell others about our readers.
MEDICINES = ("suboxone", "vivitrol", "brixadi", "sublocade")
FORBIDDEN_WORDS = {
    "en": (
        *("free", "urgent", "act now", "guarantee", "winner", "click here"),
        *("addict", "addicts", "abuser", "junkie", "clean", "alcoholic"),
        *("addiction", "opioid", "opioids", "naltrexone", *MEDICINES),
    ),
    "es": (
        *("gratis", "urgente", "actúe ya", "garantía", "garantizado", "ganador", "haga clic"),
        *("adicto", "adicta", "adictos", "adictas", "drogadicto", "drogadicta", "yonqui"),
        *("alcohólico", "alcohólica", "limpio", "limpia", "toxicómano", "toxicómana"),
        *("adicción", "adicciones", "opioide", "opioides", "naltrexona", *MEDICINES),
    ),
}


@dataclass(frozen=True)
class Problem:
    """One thing that was found. With one that `stops` the issue is not sent; else staff decide."""

    text: str
    stops: bool = False


def quick_checks(issue: Issue) -> list[Problem]:
    """Return every problem that can be found without asking other sites."""
    return [*_missing(issue), *_subject(issue), *_pictures(issue), *_size(issue)]


def check_links(issue: Issue) -> list[Problem]:
    """Return the links that lead nowhere, asking every site that is linked, a few at a time."""
    addresses = list(dict.fromkeys(_LinksAndPictures(issue.body).links))[:MOST_LINKS]
    elsewhere = [address for address in addresses if _is_another_site(address)]
    with ThreadPoolExecutor(LINKS_AT_A_TIME) as pool:
        found = dict(zip(elsewhere, pool.map(link_checker.check_link, elsewhere), strict=True))
    found |= {address: _look_on_our_site(address) for address in addresses if address not in found}
    return [
        Problem(_("The link {address} does not work: {found}").format(address=a, found=found[a][1]))
        for a in addresses
        if not found[a][0]
    ]


def _missing(issue: Issue) -> Iterator[Problem]:
    if not issue.subject.strip():
        yield Problem(_("It has no subject."), stops=True)
    if not extract(issue.body).text and not issue.articles:
        yield Problem(_("It is empty: write a text, or pick an article."), stops=True)
    shown = article_library.current().cards(issue.articles)
    if set(issue.articles) - {card.pk for card in shown}:
        yield Problem(_("An article that was picked is not online: its card is left out."))
    if any(card.language not in ("", issue.language) for card in shown):
        yield Problem(_("An article that was picked is in another language than this issue."))
    if not issue.preview.strip():
        yield Problem(_("It has no preview text: mail programs then show the first words."))
    practice = Practice.current()
    if not (practice.street and practice.town_line):
        yield Problem(
            _("The practice has no postal address, and the law asks for one in every issue."),
            stops=True,
        )


def _subject(issue: Issue) -> Iterator[Problem]:
    words = issue.subject.lower()
    known = FORBIDDEN_WORDS.get(issue.language, FORBIDDEN_WORDS["en"])
    for word in settings.NEWSLETTER_FORBIDDEN_WORDS or known:
        if re.search(rf"\b{re.escape(word.lower())}\b", words):
            yield Problem(_("The subject should not say “{word}”.").format(word=word), stops=True)
    if issue.subject.isupper():
        yield Problem(_("The subject is all capitals: that reads like shouting."))


def _pictures(issue: Issue) -> Iterator[Problem]:
    if any(not alt.strip() for alt in _LinksAndPictures(issue.body).alts):
        yield Problem(_("A picture does not say what it shows."), stops=True)


def _size(issue: Issue) -> Iterator[Problem]:
    size = len(rendering.render(issue).html.encode())
    if size > GMAIL_CUTS_AT:
        yield Problem(
            _("It has {size} kB. Gmail cuts off what is longer than 102 kB.").format(
                size=round(size / 1024)
            ),
            stops=True,
        )


def _is_another_site(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme in ("mailto", "tel"):
        return False
    return bool(parts.netloc) and parts.netloc != urlsplit(settings.SITE_URL).netloc


def _look_on_our_site(address: str) -> tuple[bool, str]:
    """Return whether a page of ours, or what is no page, is there; and what is wrong if not."""
    parts = urlsplit(address)
    if parts.scheme in ("mailto", "tel"):
        return bool(parts.path), _("it is empty")
    return _look_at_page(parts.path)


def _look_at_page(path: str) -> tuple[bool, str]:
    if not path.startswith("/"):
        return False, _("it is no address")
    try:
        with speaking(language_of(path)):
            found = resolve(path)
    except Resolver404:
        return False, _("there is no such page here")
    if found.view_name == "articles:article":
        return article_library.current().is_online(path), _("no such article is online")
    return True, ""


class _LinksAndPictures(HTMLParser):
    """The links and the pictures' descriptions of a text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.alts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif tag == "img":
            self.alts.append(given.get("alt") or "")
