"""A little work that a browser does by itself, asked for only when a limit is near.

A person notices a second or two; a program that sends thousands of forms pays thousands of times.
Nobody else is asked: the puzzle is made and checked here. Without JavaScript waiting counts. Each
piece of work counts once, and only for what it was asked for.
"""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest

from curednation.guard import limits
from curednation.guard.network import client_network

SALT = "curednation.guard.effort"
VALID_FOR = timedelta(minutes=20)
WAIT = timedelta(seconds=20)
# SHA-256 is tried so often at most: about two seconds on a phone.
MOST_TRIES = 60_000


def asked(request: HttpRequest, what: str) -> dict[str, Any]:
    """A puzzle, as JSON-like values for the browser, and a token for those who wait instead."""
    puzzle = altcha.create_challenge_v1(
        altcha.ChallengeOptionsV1(
            hmac_key=_key(),
            max_number=MOST_TRIES,
            expires=datetime.now(UTC) + VALID_FOR,
            params={"for": what},
        )
    )
    return {
        "puzzle": {
            "challenge": puzzle.challenge,
            "salt": puzzle.salt,
            "most": puzzle.max_number,
            "signature": puzzle.signature,
            "algorithm": puzzle.algorithm,
        },
        "wait": _signer().sign_object([what, _network(request), secrets.token_hex(8)]),
        "seconds": int(WAIT.total_seconds()),
    }


def was_made(request: HttpRequest, what: str) -> bool:
    """Whether this POST brings work done, or time waited, for `what`, that was not used before."""
    done = _solved(request.POST.get("effort", ""), what) or _waited(request, what)
    return bool(done) and _first_use(done)


def _solved(text: str, what: str) -> str:
    """The mark of a solved puzzle; empty for anything else."""
    try:
        payload = json.loads(base64.b64decode(text, validate=True))
        solved, _ = altcha.verify_solution_v1(payload, _key(), check_expires=True)
        asked_for = altcha.extract_params_v1(payload).get("for")
        return str(payload["signature"]) if solved and asked_for == [what] else ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ""


def _waited(request: HttpRequest, what: str) -> str:
    """Return the mark of a token of this network that is old enough; empty for anything else.

    Each token is one visitor's: those of the same second differ, and count once each.
    """
    text = request.POST.get("wait", "")
    try:
        asked_for, network, _nonce = _signer().unsign_object(text, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    is_ours = (asked_for, network) == (what, _network(request))
    return text if is_ours and _is_old_enough(text) else ""


def _is_old_enough(text: str) -> bool:
    try:
        _signer().unsign_object(text, max_age=WAIT)
    except signing.SignatureExpired:
        return True
    return False


def _first_use(mark: str) -> bool:
    key = f"effort:{limits.hashed(mark)}"
    try:
        return cache.add(key, 1, timeout=int(VALID_FOR.total_seconds()))
    except Exception:  # with the cache away a patient must still get through
        return True


def _key() -> str:
    return settings.SECRET_KEY + SALT


def _network(request: HttpRequest) -> str:
    return limits.hashed(f"effort {client_network(request)}")


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=SALT)
