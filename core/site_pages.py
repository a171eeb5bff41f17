"""The pages of the site that are no articles, so that a search finds them, too.

Named by their routes: this module imports no app. Titles and words are for readers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class SitePage:
    """`words` are what people type who want it: words, or several in a row, parted by commas."""

    route: str
    title: Any
    about: Any
    words: Any

    @property
    def path(self) -> str:
        return reverse(self.route)


PAGES = [
    SitePage(
        "appointments:choose_state",
        _("Book a visit"),
        _("Choose a time with a provider. It takes about two minutes."),
        _(
            "book, booking, therapist, counselor, doctor, appointment, visit, schedule, "
            "scheduling, open times, availability, available, consultation, see a doctor, "
            "talk to a doctor, get help, get started, start treatment, sign up for treatment, "
            "make an appointment, new patient, video visit, telehealth, waitlist, waiting "
            "list"
        ),
    ),
    SitePage(
        "appointments:lost_link",
        _("Find, move or cancel your visit"),
        _("We send the links to your visits to your e-mail address."),
        _(
            "cancel, cancel appointment, cancel visit, reschedule, change appointment, move "
            "visit, my appointment, my visit, lost link, lost email, confirmation, when is my "
            "appointment, join visit, log in, login, sign in, my account"
        ),
    ),
    SitePage(
        "pages:contact",
        _("Contact"),
        _("Phone, hours, e-mail and address, and what to do in an emergency."),
        _(
            "contact, phone, phone number, telephone, call you, hours, opening hours, "
            "address, location, where are you, directions, email, e-mail, message, talk to "
            "someone, talk to a person, speak to someone, human, complaint, fax, emergency, "
            "crisis, hotline, cost, price, insurance, refill"
        ),
    ),
    SitePage(
        "pages:about",
        _("About us"),
        _("Who we are, how we work, and who stands behind the articles."),
        _(
            "about, about us, who are you, who we are, team, staff, doctor, doctors, "
            "provider, providers, clinician, clinicians, therapist, license, licensed, "
            "certified, mission, company, clinic, reviews, testimonials, legit, is this real, "
            "how it works, states"
        ),
    ),
    SitePage(
        "pages:privacy",
        _("Privacy"),
        _("What we keep, who can see it, and what we never do."),
        _(
            "privacy, privacy policy, terms, private, confidential, confidentiality, "
            "anonymous, anonymously, secret, secrecy, discreet, hipaa, data, my data, delete "
            "my data, delete account, cookies, tracking, who can see, who finds out, will my "
            "boss know, employer, my records, part 2"
        ),
    ),
    SitePage(
        "newsletter:home",
        _("Newsletter"),
        _("Subscribe, read past issues, or leave at any time."),
        _(
            "newsletter, subscribe, subscription, unsubscribe, mailing list, email list, "
            "letter, past issues, updates, news"
        ),
    ),
    SitePage(
        "pages:home",
        _("Home page"),
        _("What we treat, and how a visit works."),
        _("home, home page, homepage, main page, front page, what do you treat, services"),
    ),
]
MOST_FOUND = 3
# Words that say nothing about where somebody wants to go.
STOP_WORDS = frozenset(
    """
    a about am an and any are at can could do does for from have how i if in is it its me
    much my of on or our please that the there this to u us want we what when where which
    will with would you your
    """.split()  # noqa: SIM905  (two hundred quotes would hide them)
)


def find_pages(typed: Iterable[str]) -> list[SitePage]:
    """Return the pages that these words ask for, best first, at most MOST_FOUND.

    More than half of the words have to be a page's own: who asks for "privacy of naltrexone
    records" wants an article. A row of words counts as one, so "cancel appointment" is about a
    visit that somebody has.
    """
    words = _telling(typed)
    ranked = [(_fits(words, page), -place, page) for place, page in enumerate(PAGES)]
    best = sorted((row for row in ranked if row[0]), key=lambda row: row[:2], reverse=True)
    return [page for fits, _place, page in best if fits == best[0][0]][:MOST_FOUND]


def _fits(words: list[str], page: SitePage) -> int:
    """How many of the words are the page's; 0 for half of them or fewer."""
    mine: set[int] = set()
    for row in _rows(str(page.words)):
        for start in range(len(words) - len(row) + 1):
            if words[start : start + len(row)] == row:
                mine.update(range(start, start + len(row)))
    return len(mine) if 2 * len(mine) > len(words) else 0


@lru_cache(maxsize=256)
def _rows(names: str) -> list[list[str]]:
    return [_telling(name.replace("-", " ").split()) for name in names.split(",")]


def _telling(words: Iterable[str]) -> list[str]:
    """Their stems, without the words that say little; with them where there are no others."""
    given = [word.replace("'", "") for word in words]
    return [_stem(word) for word in given if word not in STOP_WORDS] or [
        _stem(word) for word in given
    ]


def _stem(word: str) -> str:
    """Without the endings of English that change nothing here."""
    for ending in ("ing", "ments", "ment", "es", "s", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
