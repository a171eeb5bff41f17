"""Names that people type: what can stand in one, and how much of it a mail says.

A name is the one thing in our mails that a stranger may have typed, and no mail carries a
stranger's words to somebody else. So nothing that a mail program shows as a link, an address or a
second line is a name (rule 2 in docs/privacy.md).
"""

import re
import unicodedata
from itertools import takewhile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.people.salutation import is_name

# A mail greets nobody by a sentence.
MOST_WORDS, LONGEST_GREETING = 4, 40

_LINK = _("Please write the name alone, without a link or an address. Put a space after each dot.")
_SIGNS = _("Please write the name on one line, with letters only.")
_DIGITS = _("Please write the name alone, without a number.")
_NOTHING = _("Please write the name in letters.")

# Joiners stand inside Persian and Indian names and emoji, marks of direction in pasted ones.
_ALLOWED_FORMAT = "\u200c\u200d\u200e\u200f\u061c"
_MARKUP = re.compile(r"[<>{}\[\]|\\^=]")
# They turn the text around them about, up to the end of the line: overrides and isolates.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NO_INK = r"[\s\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff]+"
_AROUND = re.compile(rf"\A{_NO_INK}|{_NO_INK}\Z")
# Seen as nothing at all, although they count as letters or signs.
_UNSEEN = re.compile("[\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159]")
# Between letters; "l·l" is Catalan, and next to katakana it parts words.
_MIDDLE_DOT = re.compile("(?<=[a-z0-9])(?<!l)[·•∙⋅‧ꞏ](?=[a-z])|(?<=l)[·•∙⋅‧ꞏ](?=[a-km-z])")
_LOOKALIKES = str.maketrans({"∶": ":", "꞉": ":", "׃": ":", "∕": "/", "⁄": "/", "⧸": "/", "╱": "/"})
_SOMEWHERE = re.compile(
    r"""
      @                                     # name@host
    | //
    | \b(?:ht|hx|xx)tps?\b | \bhxxps?\b | \bwww\d*\b | \bxn--
    | :\S{3} | :\d                          # mailto:… and :8080, but S:ta Clara
    | \.\s?[)\]}>]                          # example(.)com
    | \.[^\W\d_]{2} | \.\d                  # example.com, bit.ly/x, 127.0.0.1, but J.R. Smith
    | \bdot[\W_]{0,3}(?:com|net|org|info|io|co|me|us|ru|cn|link|site|xyz|online)\b
    """,
    re.VERBOSE,
)


def validate_name(name: str) -> None:
    """Raise ValidationError unless this can be somebody's name, in whatever script."""
    plain = unicodedata.normalize("NFKC", name)
    if any(_is_control(sign) for sign in name) or _MARKUP.search(plain):
        raise ValidationError(_SIGNS, code="signs")
    seen = _as_seen(plain)
    if not any(unicodedata.category(sign)[0] in "LNS" for sign in _UNSEEN.sub("", plain)):
        raise ValidationError(_NOTHING, code="nothing")
    if _SOMEWHERE.search(seen):
        raise ValidationError(_LINK, code="link")
    if sum(sign.isdecimal() for sign in seen) > 4:
        raise ValidationError(_DIGITS, code="digits")


def clean_name(text: str) -> str:
    """Return what was meant: without what turns text about, and without what no eye sees around it.

    Raises ValidationError where something came and nothing of it can be seen.
    """
    meant = _AROUND.sub("", _TURNING.sub("", text))
    if text.strip() and not meant:
        raise ValidationError(_NOTHING, code="nothing")
    return meant


def for_mail(name: str) -> str:
    """Return what a mail may call this person; empty where what is stored is no name.

    The forms refuse such names. This is for those that were stored before, or came another way.
    """
    try:
        validate_name(name)
    except ValidationError:
        return ""
    words = name.split()
    if len(words) > MOST_WORDS or len(name) > LONGEST_GREETING:
        titles = list(takewhile(lambda word: not is_name(word), words))
        words = words[: len(titles) + 1]
    return " ".join(words)[:LONGEST_GREETING].rstrip()


def _is_control(sign: str) -> bool:
    """Whether it is a control, a line end, half a character, or changes how others are read."""
    kind = unicodedata.category(sign)
    return kind in ("Cc", "Zl", "Zp", "Cs") or (kind == "Cf" and sign not in _ALLOWED_FORMAT)


def _as_seen(plain: str) -> str:
    """Return the name as an eye reads it: every script's full stop is a dot, and so on."""
    text = _UNSEEN.sub("", plain.casefold().translate(_LOOKALIKES))
    return _MIDDLE_DOT.sub(".", "".join(_seen_sign(sign) for sign in text))


def _seen_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign in _ALLOWED_FORMAT or unicodedata.category(sign)[0] == "M":
        return ""
    return "." if sign == "ꓸ" or "FULL STOP" in unicodedata.name(sign, "") else sign
