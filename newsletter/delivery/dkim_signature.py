"""DKIM signatures (RFC 6376, relaxed/relaxed, rsa-sha256) over what mail programs act on.

RSA is OpenSSL's: dkimpy computes it in Python, which took twenty times as long as the rest of
sending. dkimpy verifies in the tests.
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from time import time

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

COVERED = [
    b"From",
    b"To",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"MIME-Version",
    b"Content-Type",
    b"List-ID",
    b"List-Unsubscribe",
    b"List-Unsubscribe-Post",
    b"Feedback-ID",
]
_FIELD = re.compile(rb"([^:\r\n]+):(.*(?:\r\n[ \t].*)*)\r\n")
_PIECE = 72  # of the signature in one line


def signed(mail: bytes) -> bytes:
    """Return the mail behind its signature, or as it is where no key is configured.

    Every line ends with CRLF, and every header of the mail occurs once.
    """
    if not settings.NEWSLETTER_DKIM_KEY:
        return mail
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = dict(_canonical_fields(head + b"\r\n"))
    covered = [fields[name.lower()] for name in COVERED if name.lower() in fields]
    unsigned = _unsigned(sha256(canonical_body(body)).digest())
    [(_name, last)] = _canonical_fields(unsigned + b"\r\n")
    to_sign = b"".join([*(field + b"\r\n" for field in covered), last])
    key = private_key(settings.NEWSLETTER_DKIM_KEY)
    value = b64encode(key.sign(to_sign, PKCS1v15(), SHA256()))
    return b"%b%b\r\n%b" % (unsigned, _folded(value), mail)


def domain() -> str:
    """Return the signature's domain: that of the From, so that DMARC finds both alike."""
    return settings.NEWSLETTER_FROM_EMAIL.rpartition("@")[2].strip("<> ")


@cache
def private_key(pem: str) -> RSAPrivateKey:
    """Read a PEM, also when its line ends were written as `\\n` in an environment variable.

    Raises ValueError for what is not the private key of RSA.
    """
    key = load_pem_private_key(pem.replace("\\n", "\n").encode("ascii"), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("NEWSLETTER_DKIM_KEY must be an RSA key: some receivers know no other.")
    return key


def canonical_body(body: bytes) -> bytes:
    """Return the body as `relaxed` compares it (section 3.4.4)."""
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = (body + b"\r\n").replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return body + b"\r\n" if body else b""


def _canonical_fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """Each field's name, and the field as `relaxed` signs it (section 3.4.2), without CRLF."""
    found = []
    for name, value in _FIELD.findall(head):
        name, value = name.strip().lower(), re.sub(rb"[ \t\r\n]+", b" ", value).strip(b" ")
        found.append((name, b"%b:%b" % (name, value)))
    return found


def _unsigned(body_hash: bytes) -> bytes:
    """Write the signature's own field, up to where its value stands."""
    return (
        b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; q=dns/txt;\r\n"
        b" d=%b; s=%b;\r\n t=%d;\r\n h=%b;\r\n bh=%b;\r\n b="
    ) % (
        domain().encode("ascii"),
        settings.NEWSLETTER_DKIM_SELECTOR.encode("ascii"),
        int(time()),
        b":\r\n ".join([b":".join(COVERED[:6]), b":".join(COVERED[6:])]),
        b64encode(body_hash),
    )


def _folded(value: bytes) -> bytes:
    """Break the signature into lines."""
    return b"\r\n ".join(value[at : at + _PIECE] for at in range(0, len(value), _PIECE))
