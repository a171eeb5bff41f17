"""What somebody typed into the search field, as the words that the index knows. Pure.

The index folds its texts in the same way (`INDEX_WHAT_IS_ONLINE` in models/search.py): accents go,
signs part words, and so does a letter beside a digit. So "COVID-19", "covid 19" and "covid19" are
the same two pieces, "0.5mg" is found in "0.5 mg", and "samhsa" in "www.samhsa.gov".
"""

import re
import unicodedata

LONGEST, MOST_WORDS = 200, 10
# For Python and for PostgreSQL: signs, spaces and symbols. Ranges, so that no locale has a say.
SIGNS = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u2100-\u214f"
    r"\u2190-\u2bff\u3000-\u303f\ufe00-\ufe0f\ufeff\U0001F000-\U0001FAFF"
)
MARKS = r"\u0300-\u036f"
# What Spanish loses with its accent: "adiccion" would no longer stem as "adicciones" does.
SPANISH_ENDING = r"([cs])ion\M"
_ENDING = re.compile(r"([cs])ion\b")
_SIGN = re.compile(f"[{SIGNS}]+")
_MARK = re.compile(f"[{MARKS}]")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_PIECE = re.compile(r"[0-9]+|[^0-9]+")
_KEPT = "\ue000"  # stands for an apostrophe inside a word, while signs go


def fold(text: str) -> str:
    """Return small letters without accents."""
    plain = _MARK.sub("", unicodedata.normalize("NFD", text.lower()))
    return unicodedata.normalize("NFC", plain)


def restore_endings(text: str) -> str:
    """Return folded Spanish with the one accent that its stemmer needs: "adicción"."""
    return _ENDING.sub(r"\1ión", text)


def parse_words(text: str) -> list[str]:
    """Return the words of what somebody typed, or of a name: at most MOST_WORDS, folded.

    What holds a digit and was typed in one stays one, its pieces apart: "PHQ-9" is "phq 9".
    """
    kept = _APOSTROPHE.sub(_KEPT, fold(text[:LONGEST]))
    found: list[str] = []
    for chunk in kept.split():
        parts = _SIGN.sub(" ", chunk).replace(_KEPT, "'").split()
        if any(map(_holds_digit, parts)):
            found.append(" ".join(piece for part in parts for piece in _PIECE.findall(part)))
        else:
            found += parts
    return found[:MOST_WORDS]


def _holds_digit(part: str) -> bool:
    return any("0" <= letter <= "9" for letter in part)
