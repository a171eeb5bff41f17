"""Domains that are likely a slip of the finger. Pure.

The domains are the default list of mailcheck.js (github.com/mailcheck/mailcheck, MIT) that people
in the United States use, with the providers that grew since.
"""

from functools import cache

_COMMON = """
    gmail.com yahoo.com hotmail.com outlook.com aol.com icloud.com msn.com live.com comcast.net
    me.com mac.com att.net verizon.net sbcglobal.net bellsouth.net charter.net cox.net ymail.com
    rocketmail.com earthlink.net optonline.net protonmail.com proton.me gmx.com gmx.net mail.com
    googlemail.com fastmail.com zoho.com hey.com duck.com windstream.net frontier.com juno.com
"""
# Real providers, or names near enough to a common one to be somebody's own.
_REAL = "mail.co email.com gmx.de gmx.at live.ca cox.com aol.de me.co mac.co pm.me hotmail.co"
COMMON = frozenset(_COMMON.split())
REAL = frozenset(_REAL.split())
# Endings that no domain has, and the one that is meant.
_ENDINGS = {
    **dict.fromkeys(("con", "cmo", "ocm", "vom", "xom", "cpm", "cim", "coom", "comm"), "com"),
    **dict.fromkeys(("ney", "nte", "ner", "nett"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg"), "org"),
}
LETTERS_AT_LEAST = 6  # shorter names are too near to each other: me.com, hey.com


def likely_domain(domain: str) -> str:
    """Return the domain that is meant, where this is likely a slip; empty when it is fine.

    A slip is one letter left out, added, changed, or swapped with its neighbor. An ending that no
    domain has is one more: nothing sent there arrives, whosever it is.
    """
    domain = domain.lower().rstrip(".")
    name, _dot, ending = domain.rpartition(".")
    if name and ending in _ENDINGS:
        meant = f"{name}.{_ENDINGS[ending]}"
        return likely_domain(meant) or meant
    if domain in COMMON or domain in REAL or len(domain) < LETTERS_AT_LEAST:
        return ""
    near = [each for each in sorted(COMMON) if _is_one_slip(domain, each)]
    return near[0] if near else ""


def likely_address(email: str) -> str:
    """Return the address that is meant, where its domain is likely a slip; else empty."""
    local, _at, domain = email.rpartition("@")
    meant = likely_domain(domain)
    return f"{local}@{meant}" if meant else ""


def _is_one_slip(typed: str, known: str) -> bool:
    return len(known) > LETTERS_AT_LEAST and typed in _slips(known)


@cache
def _slips(known: str) -> frozenset[str]:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-."
    halves = [(known[:i], known[i:]) for i in range(len(known) + 1)]
    left_out = {a + b[1:] for a, b in halves if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    changed = {a + c + b[1:] for a, b in halves if b for c in letters}
    added = {a + c + b for a, b in halves for c in letters}
    return frozenset((left_out | swapped | changed | added) - {known})
