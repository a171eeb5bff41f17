"""E-mail addresses: which can be one, one spelling to compare by, and a hash to keep instead.

Two spellings are told apart. `normalized` is whose address it is: consents, patients and proofs are
found by it, so it never changes. `mailbox` is where it leads: what is counted, is counted by it.
"""

import contextlib
import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

LONGEST = 254
LONGEST_LOCAL = 64  # RFC 5321 4.5.3.1.1
# Their mail never leaves the house: RFC 6761, RFC 6762, and names that local networks use.
_OUR_OWN_HOUSE = {
    *("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home"),
    *("lan", "invalid", "onion", "arpa"),
}
# Where dots before the @ mean nothing, and the name under which they are counted.
_DOTS_MEAN_NOTHING = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def normalized(email: str) -> str:
    """Return the one spelling of an address that is the same person's: trimmed, without case."""
    local, _at, domain = email.strip().rpartition("@")
    return f"{local}@{_in_ascii(domain)}".casefold()


def mailbox(email: str) -> str:
    """Return the mailbox that an address most likely leads to, to count by and for nothing else.

    Without a `+tag`, and at Gmail without dots: who adds those has no mailbox more.
    """
    local, _at, domain = normalized(email).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTS_MEAN_NOTHING:
        local, domain = local.replace(".", ""), _DOTS_MEAN_NOTHING[domain]
    return f"{local}@{domain}"


def keyed_hash(email: str) -> str:
    """Return 64 hex digits that prove an address, not hold it. Stable while ADDRESS_KEY is."""
    key = settings.ADDRESS_KEY.encode()
    return hmac.new(key, normalized(email).encode(), hashlib.sha256).hexdigest()


def validate_address(email: str) -> None:
    """Raise ValidationError unless this is one mailbox that the world's mail servers can reach.

    Django's own check also lets through quoted text before the @ with anything in it, IP addresses
    and `localhost`, whose mail would stay on our own machines.
    """
    wrong = ValidationError(_("Write the whole address, like name@example.org."), code="invalid")
    validate_email(email)
    local, _at, domain = email.rpartition("@")
    domain = _in_ascii(domain).casefold()
    labels = domain.split(".")
    is_plain = email.isprintable() and local.isascii() and '"' not in local
    is_named = len(labels) > 1 and all(labels) and not labels[-1].isdigit() and domain.isascii()
    if not is_plain or not is_named or labels[-1] in _OUR_OWN_HOUSE or domain.startswith("["):
        raise wrong
    if len(local) > LONGEST_LOCAL or len(local) + 1 + len(domain) > LONGEST:
        raise wrong


def _in_ascii(domain: str) -> str:
    """Return the domain as mail servers look it up; as it is where that cannot be."""
    if not domain.isascii():
        with contextlib.suppress(UnicodeError):
            return domain.encode("idna").decode("ascii")
    return domain


def masked(email: str) -> str:
    """Return `j•••••@example.org`: enough to know one's own, too little to learn another's."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••••@{domain}" if local else ""
