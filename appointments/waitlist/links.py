"""The private link to a place in line, in every mail about it. Derived like that of a visit."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from appointments.links import on_site
from appointments.models import WaitlistEntry


def _signer() -> Signer:
    return Signer(sep=".", salt="appointments.waitlist", algorithm="sha256")


def token(entry: WaitlistEntry) -> str:
    return _signer().sign(entry.key)


def is_ours(text: str) -> bool:
    """Whether it was a link of ours once, also when its place in line is deleted by now."""
    try:
        _signer().unsign(text)
    except BadSignature:
        return False
    return True


def find(text: str) -> WaitlistEntry | None:
    """The place in line behind a token; None if it is not ours or is deleted."""
    try:
        key = _signer().unsign(text)
    except BadSignature:
        return None
    entries = WaitlistEntry.objects.select_related("service", "provider", "appointment")
    return entries.filter(key=key).first()


def page(entry: WaitlistEntry, name: str = "waitlist") -> str:
    return reverse(f"appointments:{name}", args=[token(entry)])


def absolute(entry: WaitlistEntry) -> str:
    """The link for a mail."""
    return on_site(page(entry))
