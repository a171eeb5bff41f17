"""The secrets of endpoints, encrypted in the database under keys that only the environment has.

The first key of SECRET_KEY and SECRET_KEY_FALLBACKS encrypts, each opens; what was opened by an
older one is written anew, so that a rotation ends none.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_SALT = b"core.webhooks.secret_box"


class Unreadable(Exception):
    """It was encrypted with a key that the site does not have any more."""


def close(secret: str) -> str:
    """Return it encrypted."""
    return _box().encrypt(secret.encode()).decode()


def open_(closed: str) -> str:
    """Return what was encrypted. Raises Unreadable."""
    try:
        return _box().decrypt(closed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def renewed(closed: str) -> str:
    """Return it encrypted under the first key, the same where it is already. Raises Unreadable."""
    try:
        _first().decrypt(closed.encode())
    except InvalidToken:
        return close(open_(closed))
    return closed


def _box() -> MultiFernet:
    return MultiFernet([_first(), *map(_key, settings.SECRET_KEY_FALLBACKS)])


def _first() -> Fernet:
    return _key(settings.SECRET_KEY)


def _key(text: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(_SALT + text.encode()).digest()))
