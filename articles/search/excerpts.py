"""Where in an article the words stand that somebody looked for."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

AROUND = 110  # characters on each side


def highlighted(text: str, stems: Iterable[str]) -> SafeString:
    """Return `text`, escaped, with the words of these stems in <mark>."""
    pattern = _pattern(stems)
    if pattern is None:
        return escape(text)
    out, at = [], 0
    for match in pattern.finditer(_folded(text)):
        found = text[match.start() : match.end()]
        out += [escape(text[at : match.start()]), "<mark>", escape(found), "</mark>"]
        at = match.end()
    out.append(escape(text[at:]))
    return mark_safe("".join(out))  # noqa: S308  # nosemgrep: marked-safe  (escaped above)


def excerpt(summary: str, text: str, stems: Iterable[str]) -> SafeString:
    """Return the summary if it holds one of the words, else the place in the text that does."""
    stems = list(stems)
    pattern = _pattern(stems)
    found = pattern and not pattern.search(_folded(summary)) and pattern.search(_folded(text))
    if not found:
        return highlighted(summary, stems)
    start, end = max(0, found.start() - AROUND), min(len(text), found.end() + AROUND)
    start = max(start, text.rfind("\n", 0, found.start()) + 1)
    end = min(end, text.find("\n", found.end()) if "\n" in text[found.end() :] else len(text))
    if start and text[start - 1] not in "\n ":
        start = text.find(" ", start) + 1
    if end < len(text) and text[end] not in "\n ":
        end = text.rfind(" ", 0, end)
    piece = text[start:end].strip()
    before = "" if start == 0 or text[start - 1] == "\n" else "… "
    after = "" if end >= len(text) or text[end : end + 1] == "\n" else " …"
    return highlighted(f"{before}{piece}{after}", stems)


def _folded(text: str) -> str:
    """Without accents, letter by letter, so that places in it are places in `text`."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)


def _pattern(stems: Iterable[str]) -> re.Pattern[str] | None:
    """Words that begin as a stem does; the stem's own last vowel may have become another.

    What has a space is a word with digits, its pieces apart: whatever stands between them.
    """
    parts = []
    for stem in stems:
        if " " in stem:
            parts.append(r"[\W_]{0,3}".join(map(re.escape, stem.split())))
            continue
        base = stem.rstrip("ie") if len(stem) > 4 else stem
        ending = r"\w{0,5}" if len(base) > 3 else "s?"
        parts.append(re.escape(base) + ending)
    if not parts:
        return None
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)
