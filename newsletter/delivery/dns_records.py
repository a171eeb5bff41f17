"""What receivers find in DNS about our sender: SPF, DKIM and DMARC, as far as DNS can tell."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
)
from django.conf import settings
from django.utils.translation import gettext as _

from newsletter.delivery.dkim_signature import domain, private_key
from newsletter.delivery.mime import return_path

PATIENCE = 4
MOST_LOOKUPS = 10
_LOOKS_UP = ("include:", "a", "mx", "ptr", "exists:", "redirect=")


@dataclass(frozen=True)
class Finding:
    """One record. `ok`: as it should be; None: DNS does not tell."""

    name: str
    where: str
    ok: bool | None
    text: str


class _NoAnswer(Exception):
    pass


def look() -> list[Finding]:
    """Ask for all of them, now. It never raises for what DNS does."""
    parts = (_spf, _dkim, _dmarc, _bounces)
    return [finding for part in parts for finding in _asked(part)]


def look_at(sender_domain: str) -> list[Finding]:
    """Ask for the records of another sender's domain, whose mail a server of others signs."""
    parts = (_spf, _dmarc)
    return [finding for part in parts for finding in _asked(part, sender_domain)]


def _asked(part: Any, *domains: str) -> Iterator[Finding]:
    try:
        yield from part(*domains)
    except _NoAnswer as error:
        yield Finding(str(error), "", None, _("DNS does not answer. Try again later."))


def _spf(where: str = "") -> Iterator[Finding]:
    where = where or return_path().rpartition("@")[2]
    found = [text for text in _texts("SPF", where) if text.lower().startswith("v=spf1")]
    yield Finding("SPF", where, *_judge_spf(found))


def _judge_spf(found: list[str]) -> tuple[bool, str]:
    if not found:
        return False, _("There is none: add a TXT record that names your mail server.")
    if len(found) > 1:
        return False, _("There are several: receivers then take none. Join them into one.")
    terms = found[0].lower().split()[1:]
    if "+all" in terms or "all" in terms:
        return False, _("It allows everybody (“+all”). End it with “~all” or “-all”.")
    lookups = sum(term.lstrip("+-~?").startswith(_LOOKS_UP) for term in terms)
    if lookups > MOST_LOOKUPS:
        return False, _("It needs more than ten look-ups: receivers stop there.")
    if not any(term.endswith("all") or term.startswith("redirect=") for term in terms):
        return False, _("It has no end: add “~all” or “-all”.")
    return True, found[0]


def _dkim() -> Iterator[Finding]:
    where = f"{settings.NEWSLETTER_DKIM_SELECTOR}._domainkey.{domain()}"
    if not settings.NEWSLETTER_DKIM_KEY:
        text = _("No key is configured (NEWSLETTER_DKIM_KEY): issues are not signed here.")
        yield Finding("DKIM", where, None, text)
        return
    found = [text for text in _texts("DKIM", where) if "p=" in text]
    yield Finding("DKIM", where, *_judge_dkim(found))


def _judge_dkim(found: list[str]) -> tuple[bool, str]:
    if not found:
        return False, _("There is none: publish the public part of the key.")
    tags = dict(part.strip().split("=", 1) for part in found[0].split(";") if "=" in part)
    if "".join(tags.get("p", "").split()) != _public_key():
        return False, _("It holds another key than the one we sign with.")
    return True, _("It holds the key we sign with.")


def _dmarc(sender: str = "") -> Iterator[Finding]:
    """At the domain of the From, or at one above it."""
    sender = sender or domain()
    labels = sender.split(".")
    for start in range(max(1, len(labels) - 1)):
        where = "_dmarc." + ".".join(labels[start:])
        found = [text for text in _texts("DMARC", where) if text.startswith("v=DMARC1")]
        if found:
            yield Finding("DMARC", where, *_judge_dmarc(found))
            return
    text = _("There is none: large mailbox providers ask for one from everybody who sends much.")
    yield Finding("DMARC", f"_dmarc.{sender}", False, text)


def _judge_dmarc(found: list[str]) -> tuple[bool, str]:
    if len(found) > 1:
        return False, _("There are several: receivers then take none.")
    if "p=" not in found[0].replace(" ", ""):
        return False, _("It names no policy: add “p=none”, “p=quarantine” or “p=reject”.")
    return True, found[0]


def _bounces() -> Iterator[Finding]:
    where = return_path().rpartition("@")[2]
    found = _answers("MX", where, "MX")
    ok = bool(found) and found != ["0 ."]
    text = ", ".join(found) if ok else _("It takes no mail: what comes back is lost.")
    yield Finding("MX", where, ok, text)


def _texts(name: str, where: str) -> list[str]:
    """TXT records, their parts joined."""
    return ["".join(part.split('"')[1::2]) for part in _answers(name, where, "TXT")]


def _answers(name: str, where: str, kind: str) -> list[str]:
    resolver = dns.resolver.Resolver(configure=not settings.DNS_SERVER)
    if settings.DNS_SERVER:
        host, _colon, port = settings.DNS_SERVER.rpartition(":")
        resolver.nameservers, resolver.port = [host], int(port)
    resolver.lifetime = PATIENCE
    try:
        return [record.to_text() for record in resolver.resolve(where, kind)]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise _NoAnswer(name) from error


def _public_key() -> str:
    public = private_key(settings.NEWSLETTER_DKIM_KEY).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()
