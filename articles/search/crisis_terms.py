"""Whether somebody who searches needs help before an article, and in which language. Pure.

It errs towards showing it: a card too many costs a line, one too few may cost a life.
"""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

from articles.search import crisis_terms_spanish
from articles.search.crisis_terms_spanish import as_it_sounds
from articles.search.query import LONGEST, fold

SUICIDE, OVERDOSE, EMERGENCY = "suicide", "overdose", "emergency"

# Words by their beginning (`suicid*`), with spaces for any space, read in folded text without
# apostrophes.
PHRASES = {
    SUICIDE: r"""
        suicid*, kill my ?self, killing my ?self, kms, end my life, ending my life,
        take my (?:own )?life, taking my (?:own )?life, end it(?: all)?, ending it all,
        (?:want|wanna|wants|wanted|going|ready|wish i could|like) ?(?:too?|2)? ?(?:die|dye|be dead),
        wish i (?:was|were) (?:dead|never born), rather be dead,
        better off (?:dead|without me),
        (?:dont|do not|no longer|not) (?:want|wanna)(?: to)? (?:live|be here|exist|wake up|go on),
        no reason (?:to live|to go on|for living), nothing to live for, cant go on,
        cant do this any ?more, tired of (?:living|life|being alive),
        hate (?:my life|being alive), give up on life,
        (?:hang|shoot|cut|cutting|hurt|hurting|harm|harming|drown|poison) my ?self,
        self ?harm*, jump off (?:a |the )?(?:bridge|building|roof), slit my wrists?,
        goodbye (?:note|letter), hopeless, crisis (?:line|text|help), lifeline, 988
    """,
    OVERDOSE: r"""
        over ?dos*, od, ods, oding, od ed, took (?:way )?too (?:much|many),
        taken too (?:much|many), too many (?:pills|tablets),
        took (?:all|a (?:whole )?bottle)(?: of)?, nodding out, nodded out, fell out on,
        (?:swallowed|ate|chewed|drank) (?:\w+ )?(?:\w+ )?(?:pills?|films?|patch|tablets?|strips?),
        (?:swallowed|drank) (?:\w+ )?(?:bleach|cleaner|methadone|battery),
        poison*, blue (?:lips|face|skin|nails), gr[ae]y (?:lips|face|skin),
        lips (?:are |turned |turning )?(?:blue|gr[ae]y), turn(?:ing|ed|s)? (?:blue|gr[ae]y),
        death rattle, alcohol poison*
    """,
    EMERGENCY: r"""
        (?:cant|cannot|can not|cnt|couldnt|trouble|difficulty|hard to|struggling to) breath*,
        (?:not|isnt|stopped|barely|aint|stop|stops) breath*,
        breathing (?:slow*|stopped|problem*|trouble), short(?:ness)? of breath,
        chok(?:e|ed|ing), gasping, gurgl*, no pulse,
        (?:wont|will not|cant|cannot|doesnt|not|isnt|never) (?:be )?(?:wak|woken|respon[ds])\w*,
        cant wake, unconscious*, unresponsive, passed out, blacked out, pass(?:ing)? out,
        faint(?:ed|ing), seizure*, seizing, convuls*, heart attack, chest pain*, stroke,
        bleeding out, vomit(?:ing)? blood, throwing up blood, hallucinat*, seeing things,
        hearing voices, delirium, dts, dying, emergenc*, 911, ambulance, help me,
        save (?:him|her|me)
    """,
}
# Words that are told even where one letter is wrong.
MISSPELLED = {
    SUICIDE: ("suicide", "suicidal"),
    OVERDOSE: ("overdose", "overdosed", "overdosing", "poisoned", "poisoning"),
    EMERGENCY: ("unconscious", "emergency", "seizure", "breathing"),
}
ALIKE = 0.84
# How a letter is read: in parts that a search could be, none of which cuts a sign in two.
WORDS_AT_ONCE, LONGEST_SIGN = 20, 8


class Crisis(NamedTuple):
    """`language` is "es" where the words are Spanish, whatever the page's is; else empty."""

    kind: str
    language: str = ""


def _pattern(signs: str) -> re.Pattern[str]:
    each = (" ".join(sign.split()) for sign in signs.split(","))
    either = "|".join(re.sub(r"(?<=\w)(?<!\\w)\*", r"\\w*", sign) for sign in each if sign)
    return re.compile(rf"\b(?:{either})\b")


PATTERNS = {kind: _pattern(signs) for kind, signs in PHRASES.items()}
SPANISH_PATTERNS = {
    kind: re.compile(as_it_sounds(_pattern(signs).pattern))
    for kind, signs in crisis_terms_spanish.PHRASES.items()
}
SPANISH_MISSPELLED = {
    kind: tuple(map(as_it_sounds, words)) for kind, words in crisis_terms_spanish.MISSPELLED.items()
}
_BREATHING = "breathing"  # alone it is a subject to read about, misspelt beside "not" it is not


def detect_crisis(text: str) -> Crisis | None:
    """Return SUICIDE, OVERDOSE or EMERGENCY where the words say so, in that order; else None."""
    told = re.sub(r"\bod['’]?d(?= on\b)|\bod['’]d\b", "overdosed", fold(text[:LONGEST]))
    plain = " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’`´]", "", told)).split())
    if plain in ("help", "ayuda"):
        return Crisis(EMERGENCY, "es" if plain == "ayuda" else "")
    spanish = as_it_sounds(plain)
    for kind, pattern in PATTERNS.items():
        if SPANISH_PATTERNS[kind].search(spanish):
            return Crisis(kind, "es")
        if pattern.search(plain):
            return Crisis(kind)
    return _misspelled(plain.split(), MISSPELLED, "") or _misspelled(
        spanish.split(), SPANISH_MISSPELLED, "es"
    )


def detect_crisis_in_message(text: str) -> Crisis | None:
    """Return the same of a text of any length: a search has a few words, a letter has hundreds."""
    words, found = text.split(), []
    for first in range(0, max(len(words) - LONGEST_SIGN, 1), WORDS_AT_ONCE - LONGEST_SIGN):
        found.append(detect_crisis(" ".join(words[first : first + WORDS_AT_ONCE])))
    order = list(PHRASES)
    return min(filter(None, found), key=lambda crisis: order.index(crisis.kind), default=None)


def _misspelled(
    words: list[str], known: dict[str, tuple[str, ...]], language: str
) -> Crisis | None:
    kinds = (kind for kind, wanted in known.items() if _roughly(wanted, words))
    return next((Crisis(kind, language) for kind in kinds), None)


def _roughly(known: tuple[str, ...], words: list[str]) -> bool:
    return any(
        word[0] == wanted[0] and SequenceMatcher(None, word, wanted).ratio() >= ALIKE
        for word in words
        if len(word) >= 5
        for wanted in known
        if wanted != _BREATHING or {"cant", "not", "cannot", "stopped"} & set(words)
    )
