"""In which language something is said to somebody, whoever asks for it and from what page."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation


def speaking(language: str) -> AbstractContextManager:
    """Say everything inside in this language: words, dates, links. One we lack: in the default."""
    return translation.override(supported(language))


def supported(language: str | None) -> str:
    """Return the language, or the default one where it is none of ours."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def of_now() -> str:
    """Return the language of the page that is being made."""
    return supported(translation.get_language())


def name_of(language: str) -> str:
    """Return what a language calls itself: "Español"."""
    return dict(settings.LANGUAGES).get(language, language)
