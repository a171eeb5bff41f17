"""What a refusal means: one rule for mail servers' answers, their reports, and webhooks. Pure.

Only "nobody reads there" takes a reader off the list. The codes are those of RFC 3463 and the
registry of RFC 5248 (IANA, "SMTP Enhanced Status Codes"); the words are those of common servers.
"""

import re
from enum import StrEnum


class Bounce(StrEnum):
    """What a failure says about its reader."""

    HARD = "hard"  # the mailbox, its account or its domain is dead
    SOFT = "soft"  # another mail may arrive
    SENDER_REJECTED = "sender rejected"  # they refuse us or what we send, not this reader


Code = tuple[str, str, str]
# Bad mailbox, bad system, bad syntax, moved, null MX (RFC 7505), disabled, no such host (which
# RFC 3463 describes at X.4.4: DNS knows no address of it). 5.4.310 is Exchange Online's for that.
_HARD = {
    *(("1", "1"), ("1", "2"), ("1", "3"), ("1", "6"), ("1", "10")),
    *(("2", "1"), ("4", "4"), ("4", "310")),
}
# The sender's address, the content, and all of security and policy.
_SENDER, _OUR_SUBJECTS = {("1", "7"), ("1", "8")}, {"6", "7"}
_LONGEST = 2000

_CODE = r"([245])\.(\d{1,3})\.(\d{1,3})(?![\d])(?!\.\d)"
_FIELD = re.compile(rf"\s*{_CODE}")
# `550 5.1.1`, `552-5.2.2`, `550 #5.1.0`, `550-'5.7.1`: what the server itself said comes first.
_AFTER_REPLY = re.compile(rf"\b[45]\d\d[ -]{{1,3}}['\"#(<]?{_CODE}")
_ALONE = re.compile(rf"(?<![\w./=-]){_CODE}")
_REPLY = re.compile(r"(?<![\w.#\[-])([45])\d\d(?=[ \-])")

_SENDER_REJECTED = re.compile(
    r"spam|unsolicited|\bbulk\b|block(?:ed|ing|list)|(?:black|deny) ?list|\brbl\b|dnsbl|reputation"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|\bptr\b|reverse[ -]dns|rdns|polic(?:y|ies)|virus|malware|phish"
    r"|relay(?:ing)?(?: access| is| was)* (?:denied|not |prohibited|disallowed)"
    r"|(?:not|never|cannot|unable to|no)(?: \w+){0,3} relay|authenticat|not (?:been )?verified"
    r"|\bsender|mail from|from address|\behlo|\bhelo|not from you|banned|abus(?:e|ive)"
    r"|(?:content|message|mail|e-mail|email|network|host|ip) (?:was |is |has been )?"
    r"(?:rejected|refused|not allowed|denied)"
    r"|frequency|rate limit|too many connections|connections not accepted",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"quota|\bfull\b|too (?:many|large|big|long|quickly|fast)|temporar|try(?:ing)? again|later"
    r"|time(?:d)?[ -]?out|expired|\bloop|gr[ae]y-?list|exceed|storage|size|\bbusy\b|at a rate"
    r"|malformed|unexpected|unavailable at",
    re.IGNORECASE,
)
_WHO = r"(?:users?|recipients?|mailbox|account|address|addressee|person|domain|host)"
_NOBODY = re.compile(
    rf"(?:unknown|no such|no|invalid|non-?existent|nonexisting)(?: \w+)? {_WHO}\b"
    rf"|{_WHO}\b[^.;]{{0,60}}? (?:unknown|not found|not exist|doesn't exist|non-?existent|invalid)"
    rf"|{_WHO} (?:is |was |has been |have been )?"
    r"(?:disabled|closed|deleted|deactivated|terminated|discontinued|removed)"
    r"|no longer (?:exists?|valid|in use|active|on (?:this )?server)|unrout(?:e)?able address"
    r"|(?:doesn't|does not) have an? [^;]{0,60}?account"
    r"|not an? (?:valid|known|registered)(?: \w+)? (?:user|mailbox|recipient)"
    r"|not accept(?:ing)? (?:any )?mail$|nullmx|null mx",
    re.IGNORECASE,
)


def classify(status: str, said: str = "") -> Bounce:
    """Return what a failure says about its reader.

    `status` is the code of the report, such as `5.1.1`, or empty; `said` the answer of the mail
    server, with or without its type (`smtp; 552 5.2.2 over quota`). The status counts, or the
    code in the answer where the status says nothing (x.0.0, missing) or the server itself named
    another reason than a dead mailbox. Without a code only unmistakable words make it HARD.
    """
    said = said[:_LONGEST]
    given, named = code(status), enhanced(said)
    if _is_hard(given) and named and not _undefined(named):
        given = named
    elif given is None or _undefined(given):
        given = named or given
    if given is None or _undefined(given):
        return _by_class(given, said) or _by_words(said)
    return _by_code(given, said)


def code(text: str) -> Code | None:
    """Return class, subject and detail of the enhanced status code that `text` begins with."""
    found = _FIELD.match(text)
    return (found[1], found[2], found[3]) if found else None


def enhanced(said: str) -> Code | None:
    """Return the enhanced status code within a server's answer: no address of a host, no version.

    The one behind a reply code counts before another that stands anywhere else.
    """
    found = _AFTER_REPLY.search(said) or _ALONE.search(said)
    return (found[1], found[2], found[3]) if found else None


def _undefined(given: Code) -> bool:
    return given[1:] == ("0", "0")


def _is_hard(given: Code | None) -> bool:
    return given is not None and given[0] == "5" and given[1:] in _HARD


def _by_code(given: Code, said: str) -> Bounce:
    ours = given[1] in _OUR_SUBJECTS or given[1:] in _SENDER
    if ours:
        slowed = given[0] == "4" and _SOFT.search(said)
        return Bounce.SOFT if slowed else Bounce.SENDER_REJECTED
    if not _is_hard(given):
        return Bounce.SOFT
    # Gmail says 5.2.1 to a reader who gets mail too quickly, Postfix 5.4.4 to a broken DNS; and
    # sendmail makes 5.1.1 of any 550.
    doubted = enhanced(said) is None or given[1:] in {("2", "1"), ("4", "4")}
    return _by_words(said) if doubted and _names_another_reason(said) else Bounce.HARD


def _names_another_reason(said: str) -> bool:
    """Return whether its words name a reason that is not a dead mailbox."""
    return bool(_SENDER_REJECTED.search(said) or _SOFT.search(said))


def _by_class(given: Code | None, said: str) -> Bounce | None:
    """Return SOFT where the class, or the server's reply, says that it is for now."""
    reply = _REPLY.search(said)
    first = reply[1] if reply else given[0] if given else ""
    if first != "4":
        return None
    return Bounce.SENDER_REJECTED if _SENDER_REJECTED.search(said) else Bounce.SOFT


def _by_words(said: str) -> Bounce:
    if _SENDER_REJECTED.search(said):
        return Bounce.SENDER_REJECTED
    if _SOFT.search(said) or not _NOBODY.search(said):
        return Bounce.SOFT
    return Bounce.HARD
