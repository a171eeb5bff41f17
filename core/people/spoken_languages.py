"""Languages that people speak: read from what staff typed, named in the language of the page."""

import re
from functools import cache

from babel.core import Locale, UnknownLocaleError
from django.utils.text import slugify
from django.utils.translation import get_language, to_locale

SEPARATORS = re.compile(r"\s*(?:[,;/]|\band\b)\s*", re.IGNORECASE)


def parse(text: str) -> list[str]:
    """Return the languages of "English, Spanish and Tamil", each once, as they were typed."""
    found = (part.strip() for part in SEPARATORS.split(text))
    return list({slug_of(each): each for each in found if each}.values())


def slug_of(name: str) -> str:
    """Return the name of a language for an address, such as "spanish"."""
    return slugify(name) or name.casefold()


def translated(name: str) -> str:
    """Return its name in the language of now; as it was typed, where nobody knows it."""
    code = _codes().get(name.casefold())
    return _names(to_locale(get_language() or "en")).get(code or "", name)


def sentence(text: str) -> str:
    """Return "English, Spanish" in the language of now."""
    return ", ".join(map(translated, parse(text)))


@cache
def _codes() -> dict[str, str]:
    return {name.casefold(): code for code, name in Locale("en").languages.items()}


@cache
def _names(locale: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(locale).languages)
    except (UnknownLocaleError, ValueError):
        return dict(Locale("en").languages)
