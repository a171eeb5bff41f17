"""Links that only this site can make: what they lead to, signed for one purpose. Nothing is stored.

Each app names its purposes in a module called `links`. A token opens nothing but what it was made
for, because the purpose is part of what is signed. A key that was replaced still verifies, and
signs no more, while it stays in its ring.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner

RANDOM_KEY = r"[A-Za-z0-9_-]{16,64}"
PRIMARY_KEY = r"[0-9]{1,18}"
TIME, SIGNATURE = r"[A-Za-z0-9]{1,12}", r"[A-Za-z0-9_-]{40,64}"
SEPARATOR = "."


def site_keys() -> Sequence[str]:
    """Return SECRET_KEY, which signs, and SECRET_KEY_FALLBACKS, which verify as well."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def absolute_url(path: str) -> str:
    """Return a path of this site as a link that works from anywhere."""
    return settings.SITE_URL + path


class LinkSigner:
    """Makes and reads the tokens of one purpose. Two signers of one purpose are refused.

    `payload` is a regular expression for what is signed, `keys` the ring, whose first key signs.
    A token ends `valid_for` after it was made, where that is given, and never otherwise.
    """

    purposes: dict[str, "LinkSigner"] = {}

    def __init__(
        self,
        purpose: str,
        *,
        payload: str = RANDOM_KEY,
        keys: Callable[[], Sequence[str]] = site_keys,
        valid_for: Callable[[], timedelta] | None = None,
    ) -> None:
        if purpose in self.purposes:
            raise ValueError(f"{purpose} has a signer already")
        self.purposes[purpose] = self
        self.purpose, self.keys, self.valid_for = purpose, keys, valid_for
        parts = [payload, TIME, SIGNATURE] if valid_for else [payload, SIGNATURE]
        self.pattern = r"\.".join(parts)  # of the whole token, for a URL

    def sign(self, payload: object) -> str:
        """Return a token for the payload, which anyone who has the token can read."""
        return self._signer().sign(str(payload))

    def read(self, token: str) -> str | None:
        """Return the payload; None for what was not made here for this purpose, or has ended."""
        signer = self._signer()
        try:
            if isinstance(signer, TimestampSigner) and self.valid_for:
                return signer.unsign(token, max_age=self.valid_for())
            return signer.unsign(token)
        except BadSignature:
            return None

    def _signer(self) -> Signer:
        first, *others = self.keys()
        fallback: list[str | bytes] = [*others]
        kind = TimestampSigner if self.valid_for else Signer
        return kind(
            key=first, fallback_keys=fallback, sep=SEPARATOR, salt=self.purpose, algorithm="sha256"
        )
