"""The languages in which articles are written. Each article is in one.

What is written first is in ORIGINAL, and everything else may be a translation of it.
"""

from django.conf import settings
from django.utils.translation import get_language

ORIGINAL = "en"
# How PostgreSQL stems each; any other is found by whole words.
STEMMED = {"en": "english", "es": "spanish"}


def choices() -> list[tuple[str, str]]:
    """Return the languages of the site: (code, name) of each."""
    return settings.LANGUAGES


def active() -> str:
    """Return the language of the page that is being made, such as "es"."""
    return (get_language() or ORIGINAL).partition("-")[0]


def only_original() -> list[str]:
    """Return the codes of a word that stands in originals only."""
    return [ORIGINAL]


def tag(language: str) -> str:
    """Return the language as people in the United States write it, by BCP 47: "es-US"."""
    return f"{language}-US"


def others(language: str) -> list[str]:
    """Return the codes of the site's other languages."""
    return [code for code, _name in choices() if code != language]
