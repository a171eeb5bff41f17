"""How a webhook is signed, by standardwebhooks.com: its three headers, and its secrets. Pure."""

import base64
import hashlib
import hmac

BEGINNING = "whsec_"
BYTES = 32


def secret_of(random: bytes) -> str:
    """Return these random bytes as receivers are given them."""
    return BEGINNING + base64.b64encode(random).decode()


def headers(*secrets: str, message_id: str, sent_at: int, body: bytes) -> dict[str, str]:
    """Return the headers of one attempt, `sent_at` in seconds since 1970.

    Of several secrets each signs: a receiver that knows one of them accepts it.
    """
    signatures = (_signature(secret, message_id, sent_at, body) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: str, message_id: str, sent_at: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(BEGINNING))
    signed = f"{message_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
