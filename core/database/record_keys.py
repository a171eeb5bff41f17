"""The keys under which records of care are encrypted: a ring outside of the database.

RECORD_KEYS has one key or more. The first encrypts, each decrypts; `rotate_record_keys` brings what
older ones encrypted under the first, after which they can be dropped. Fernet (AES-128-CBC with
HMAC-SHA256) takes keys of 32 bytes, which HKDF makes of the ring's long random texts.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"curednation.records"


class RecordUnreadable(Exception):
    """What is stored was encrypted under a key that RECORD_KEYS no longer has, or was changed."""


def encrypt(text: str) -> str:
    """Return the text encrypted under the first key; twice the same text gives two results."""
    return encrypt_bytes(text.encode())


def decrypt(stored: str) -> str:
    """Return the text that `encrypt` was given; raise RecordUnreadable where no key fits."""
    return decrypt_bytes(stored).decode()


def encrypt_bytes(content: bytes) -> str:
    """Return the same of what is no text, such as a picture."""
    return _ring(tuple(settings.RECORD_KEYS)).encrypt(content).decode("ascii")


def decrypt_bytes(stored: str) -> bytes:
    """Return what `encrypt_bytes` was given; raise RecordUnreadable where no key fits."""
    try:
        return _ring(tuple(settings.RECORD_KEYS)).decrypt(stored.encode())
    except InvalidToken:
        # Without the chain, which an error report would show with what was stored.
        raise RecordUnreadable("No key of RECORD_KEYS opens what is stored here.") from None


def is_current(stored: str) -> bool:
    """Return whether the first key encrypted this."""
    try:
        _ring(tuple(settings.RECORD_KEYS[:1])).decrypt(stored.encode())
    except InvalidToken:
        return False
    return True


@lru_cache(maxsize=8)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return base64.urlsafe_b64encode(made)
