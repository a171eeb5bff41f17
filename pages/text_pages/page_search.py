"""The pages of text as the search of the site finds them."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.text import Truncator

from core.site_pages import SitePage
from pages.text_pages import questions, reading
from pages.text_pages.catalog import Entry

FAQ = "faq"
MOST_QUESTIONS = 2
LEAST_WORDS = 2
LONGEST_ABOUT = 18  # words of an answer


def pages(entries: Iterable[Entry]) -> list[SitePage]:
    """Return each as the search knows it."""
    return [SitePage(entry.route, entry.name, entry.about, entry.words) for entry in entries]


def find_questions(stems: list[str]) -> list[SitePage]:
    """Return the questions that hold all of these words in the question itself, at most two.

    One word alone is a subject, such as a medicine: articles say more about it.
    """
    if len(stems) < LEAST_WORDS:
        return []
    everything = questions.parse(reading.current(FAQ).content.body)
    found = questions.find_in_titles(everything, stems)[:MOST_QUESTIONS]
    return [
        SitePage(
            route="pages:faq",
            title=each.title,
            about=Truncator(each.text).words(LONGEST_ABOUT),
            address=f"{reverse('pages:faq')}#{each.address}",
        )
        for each in found
    ]
