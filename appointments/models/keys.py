"""The secret keys that the links to one visit, or to one entry of the waitlist, are made from."""

import hashlib
import secrets

from django.db import models


def new_key() -> str:
    """128 random bits, for the links to one appointment."""
    return secrets.token_urlsafe(16)


class FormerKey(models.Model):
    """The key that a visit had before its address was corrected, so that old links can say so.

    Nothing else about the visit, and no key: a hash of one.
    """

    key_hash = models.CharField(max_length=64, primary_key=True, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key_hash

    @staticmethod
    def hashed(key: str) -> str:
        # Plain, because nobody can try 2^128 keys.
        return hashlib.sha256(key.encode()).hexdigest()
