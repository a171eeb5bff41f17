"""The alphabet of texts: what fits into one of 160 characters, and what is written instead. Pure.

The alphabet is that of 3GPP TS 23.038, 6.2.1 and 6.2.1.1. One character outside of it makes the
whole text UCS-2: then 70 characters are a text, and the second costs as much as the first.
"""

import unicodedata

LONGEST = 160  # of one text; a part of a longer one has 153 (3GPP TS 23.040, 9.2.3.24.1)
_PART = 153
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes the place of two
_INSTEAD = {
    **{"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "•": "-"},
    **{"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ", "ç": "c", "`": "'"},
}


def length(text: str) -> int:
    """Return how many places a text takes. Raises ValueError where it is not of the alphabet."""
    if strange := sorted(set(text) - BASIC - EXTENDED):
        raise ValueError(f"Not in the alphabet of texts: {strange!r}")
    return len(text) + sum(letter in EXTENDED for letter in text)


def parts(text: str) -> int:
    """Return for how many texts a provider charges."""
    places = length(text)
    return 1 if places <= LONGEST else -(-places // _PART)


def fitted(text: str) -> str:
    """Return the text in the alphabet: `á` is written `a`, a long dash short; `?` for the rest.

    Spanish keeps é, ñ, ü, ¿ and ¡, which the alphabet has.
    """
    return "".join(map(_letter, unicodedata.normalize("NFC", text)))


def _letter(letter: str) -> str:
    if letter in BASIC or letter in EXTENDED:
        return letter
    if letter in _INSTEAD:
        return _INSTEAD[letter]
    plain = unicodedata.normalize("NFKD", letter)[0]
    return plain if plain in BASIC else "?"
