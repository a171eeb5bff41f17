"""Proof of work: a little that a browser does by itself, asked for only when a limit is near.

The puzzle is PBKDF2, which every browser computes in native code, so that a program on the same
processor is no faster: in one run on one core Chromium did 3.9 million rounds a second,
OpenSSL 2.1. Of SHA-256, the puzzle before, Chromium did 0.11 million a second, Python alone 0.77.
A piece of level 1 takes 0.64 million rounds on average, a sixth of a second; each level doubles it.
A graphics card is about a thousand times as fast: against whoever owns one, only the bounds on what
can be held count (`appointments.booking.pressure`).

Each piece counts once, for what it was asked for, in the network it was asked in, and only while
its level is above what that network, and those around it, have done of late: pieces made in store
are worth no more than those made one by one. Without JavaScript waiting counts, and grows alike.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import altcha
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest

from core.circuit_breaker import cache_breaker
from core.guard import rate_limits
from core.guard.client_ip import client_neighborhood, client_network

FIELD, WAIT_FIELD = "proof_of_work", "wait"  # of the form that is sent again
SALT = "curednation.guard.proof_of_work"
VALID_FOR = timedelta(minutes=20)
WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=10)
ALGORITHM = "PBKDF2/SHA-256"
COST = 5_000  # rounds of one try: 2 ms, which the server pays too when it asks
MOST_TRIES = 256  # of level 1, half of them on average
HIGHEST = 8
# So many pieces for the same thing within half an hour raise the level by one: of one network, and
# of those around it, which often have one owner.
OF_A_NETWORK, OF_A_NEIGHBORHOOD = 2, 32
REMEMBERED = timedelta(minutes=30)


class Proof(NamedTuple):
    """Work done, or time waited: its level, and the mark by which it counts once."""

    level: int
    mark: str


def create_challenge(request: HttpRequest, what: str, *, level: int = 1) -> dict[str, Any]:
    """Return a puzzle for the browser, and a token for those who wait so many seconds instead.

    `level` is what a network pays that has done nothing yet; each doubles the work.
    """
    level = min(max(1, level) + _level_of_network(request, what), HIGHEST)
    puzzle = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=secrets.randbelow(MOST_TRIES << (level - 1)),
        expires_at=datetime.now(UTC) + VALID_FOR,
        data={"for": what, "by": _network(request), "level": level},
        hmac_secret=_key(),
        hmac_key_secret=_key() + "solution",
    )
    return {
        "puzzle": puzzle.to_dict() | {"most": MOST_TRIES << (level - 1)},
        "wait": _signer().sign_object([what, _network(request), level, secrets.token_hex(8)]),
        "seconds": int(_wait(level).total_seconds()),
    }


def is_done(request: HttpRequest, what: str) -> bool:
    """Return whether this POST brings work, or time waited, for `what` that was not used before."""
    piece = _solved(request, what) or _waited(request, what)
    return piece is not None and _first_use(piece.mark) and _is_enough(request, what, piece.level)


def _solved(request: HttpRequest, what: str) -> Proof | None:
    """The piece of a solved puzzle; None for anything else."""
    text = request.POST.get(FIELD, "")
    try:
        found = altcha.verify_solution(text, _key(), hmac_key_secret=_key() + "solution")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not found.verified:
        return None
    challenge = altcha.Payload.from_base64(text).challenge
    data = challenge.parameters.data or {}
    if (data.get("for"), data.get("by")) != (what, _network(request)):
        return None
    return Proof(data["level"], str(challenge.signature))


def _waited(request: HttpRequest, what: str) -> Proof | None:
    """The piece of a token that is old enough, and not too old; None for anything else."""
    text = request.POST.get(WAIT_FIELD, "")
    try:
        asked_for, by, level, _ = _signer().unsign_object(text, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if (asked_for, by) != (what, _network(request)):
        return None
    try:
        _signer().unsign_object(text, max_age=_wait(level))
    except signing.SignatureExpired:
        return Proof(level, text)
    return None


def _level_of_network(request: HttpRequest, what: str) -> int:
    """How many levels what was done of late adds."""
    return max(
        rate_limits.counted(REMEMBERED, "proof_of_work", what, whose) // of_a_level
        for whose, of_a_level in _counted_by(request)
    )


def _is_enough(request: HttpRequest, what: str, level: int) -> bool:
    """Count a piece, unless so many were done that a higher level is asked."""
    return all(
        rate_limits.allow_most(
            of_a_level * level if level < HIGHEST else 10**9,
            REMEMBERED,
            "proof_of_work",
            what,
            whose,
        )
        for whose, of_a_level in _counted_by(request)
    )


def _counted_by(request: HttpRequest) -> list[tuple[str, int]]:
    """Whose pieces are counted together, and how many of them raise the level by one."""
    return [
        (client_network(request), OF_A_NETWORK),
        (client_neighborhood(request), OF_A_NEIGHBORHOOD),
    ]


def _first_use(mark: str) -> bool:
    key = f"proof_of_work:{rate_limits.hashed(mark)}"
    first = cache_breaker.attempt(lambda: cache.add(key, 1, timeout=int(VALID_FOR.total_seconds())))
    return first is not False  # with the cache away a patient must still get through


def _wait(level: int) -> timedelta:
    return min(WAIT * 2 ** (level - 1), LONGEST_WAIT)


def _network(request: HttpRequest) -> str:
    return rate_limits.hashed(f"proof_of_work {client_network(request)}")


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=SALT)


def _key() -> str:
    return settings.SECRET_KEY + SALT
