"""Which language an address asks for: `/es/book/` is Spanish, `/book/` the default language."""

from django.conf import settings


def language_of(path: str) -> str:
    """Return the language that the first part of a path names, else the default one.

    Only a name that stands in LANGUAGES counts, letter by letter: `/ES/` and `/es-mx/` name none.
    """
    first = path[1:].partition("/")[0]
    return first if first in _prefixes() else settings.LANGUAGE_CODE


def without_language(path: str) -> str:
    """Return the path as the default language has it: `/book/` of `/es/book/`."""
    language = language_of(path)
    return path if language == settings.LANGUAGE_CODE else path[1 + len(language) :] or "/"


def _prefixes() -> set[str]:
    return {code for code, _ in settings.LANGUAGES} - {settings.LANGUAGE_CODE}
