"""The words by which a phone ends texts, wants them again or asks for help. Pure.

STOP and the others of the CTIA's "Messaging principles and best practices", with what people write
in Spanish. A word counts where it is the whole text, whatever its case, accents and marks.
"""

import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """What somebody wants."""

    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS = {
    "en": {
        Keyword.STOP: (
            *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke"),
            *("optout", "opt out", "stop texting", "stop texts", "please stop", "stop please"),
        ),
        Keyword.START: ("start", "unstop", "yes", "resume"),
        Keyword.HELP: ("help", "info"),
    },
    "es": {
        Keyword.STOP: (
            *("alto", "parar", "pare", "para", "detener", "basta", "cancelar", "terminar", "baja"),
            *("no mas", "salir", "desuscribir", "stop por favor", "fin"),
        ),
        Keyword.START: ("iniciar", "empezar", "comenzar", "reanudar", "si"),
        Keyword.HELP: ("ayuda", "informacion"),
    },
}
_MEANS = {
    word: (keyword, language)
    for language, kinds in _WORDS.items()
    for keyword, words in kinds.items()
    for word in words
}


def read(text: str) -> tuple[Keyword, str] | None:
    """Return what a text wants, and the language of its word; None where it is no such word."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if letter.isalpha() or letter.isspace()
    )
    return _MEANS.get(" ".join(plain.split()))
