"""Whether somebody who searches needs help before an article. Pure.

It errs towards showing it: a card too many costs a line, one too few may cost a life.
"""

import re
from difflib import SequenceMatcher

from articles.search.query import LONGEST, fold

SUICIDE, OVERDOSE, EMERGENCY = "suicide", "overdose", "emergency"

# Words by their beginning (`suicid*`), with spaces for any space, read in folded text without
# apostrophes. English first, then what Spanish speakers type.
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
        goodbye (?:note|letter), hopeless, crisis (?:line|text|help), lifeline, 988,
        quiero morir*, matarme, quitarme la vida, no quiero vivir, suicidar*
    """,
    OVERDOSE: r"""
        over ?dos*, od, ods, oding, od ed, sobredosis, took (?:way )?too (?:much|many),
        taken too (?:much|many), too many (?:pills|tablets),
        took (?:all|a (?:whole )?bottle)(?: of)?, nodding out, nodded out, fell out on,
        (?:swallowed|ate|chewed|drank) (?:\w+ )?(?:\w+ )?(?:pills?|films?|patch|tablets?|strips?),
        (?:swallowed|drank) (?:\w+ )?(?:bleach|cleaner|methadone|battery),
        poison*, blue (?:lips|face|skin|nails), gr[ae]y (?:lips|face|skin),
        lips (?:are |turned |turning )?(?:blue|gr[ae]y), turn(?:ing|ed|s)? (?:blue|gr[ae]y),
        death rattle, alcohol poison*, envenena*
    """,
    EMERGENCY: r"""
        (?:cant|cannot|can not|cnt|couldnt|trouble|difficulty|hard to|struggling to) breath*,
        (?:not|isnt|stopped|barely|aint|stop|stops) breath*,
        breathing (?:slow*|stopped|problem*|trouble), short(?:ness)? of breath,
        chok(?:e|ed|ing), gasping, gurgl*, no pulse, no puedo respirar, no respira,
        (?:wont|will not|cant|cannot|doesnt|not|isnt|never) (?:be )?(?:wak|woken|respon[ds])\w*,
        cant wake, unconscious*, unresponsive, passed out, blacked out, pass(?:ing)? out,
        faint(?:ed|ing), seizure*, seizing, convuls*, heart attack, chest pain*, stroke,
        bleeding out, vomit(?:ing)? blood, throwing up blood, hallucinat*, seeing things,
        hearing voices, delirium, dts, dying, emergenc*, 911, ambulance, help me,
        save (?:him|her|me), emergencia
    """,
}
# Words that are told even where one letter is wrong.
MISSPELLED = {
    SUICIDE: ("suicide", "suicidal"),
    OVERDOSE: ("overdose", "overdosed", "overdosing", "poisoned", "poisoning"),
    EMERGENCY: ("unconscious", "emergency", "seizure", "breathing"),
}
ALIKE = 0.84


def _pattern(signs: str) -> re.Pattern[str]:
    each = (sign.strip() for sign in signs.split(","))
    either = "|".join(re.sub(r"(?<=\w)\*", r"\\w*", sign) for sign in each)
    return re.compile(rf"\b(?:{either})\b")


PATTERNS = {kind: _pattern(signs) for kind, signs in PHRASES.items()}
_BREATHING = "breathing"  # alone it is a subject to read about, misspelt beside "not" it is not


def detect_crisis(text: str) -> str:
    """Return SUICIDE, OVERDOSE or EMERGENCY where the words say so, in that order; else ""."""
    told = re.sub(r"\bod['’]?d(?= on\b)|\bod['’]d\b", "overdosed", fold(text[:LONGEST]))
    plain = " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’`´]", "", told)).split())
    if plain in ("help", "ayuda"):
        return EMERGENCY
    for name, pattern in PATTERNS.items():
        if pattern.search(plain):
            return name
    return next((name for name in MISSPELLED if _roughly(name, plain.split())), "")


def _roughly(name: str, words: list[str]) -> bool:
    return any(
        word[0] == wanted[0] and SequenceMatcher(None, word, wanted).ratio() >= ALIKE
        for word in words
        if len(word) >= 5
        for wanted in MISSPELLED[name]
        if wanted != _BREATHING or {"cant", "not", "cannot", "stopped"} & set(words)
    )
