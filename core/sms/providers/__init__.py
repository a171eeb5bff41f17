"""The providers of texts behind one small interface, and which of them this site has.

`SMS_URL` names them: the first sends; of the others only what they report is read, so that STOP to
a number that the clinic had before still holds.
"""

from django.conf import settings

from core.sms.provider_address import Address, parse
from core.sms.providers.base import Provider
from core.sms.providers.development import Development
from core.sms.providers.telnyx import Telnyx
from core.sms.providers.twilio import Twilio
from core.sms.providers.vonage import Vonage

KINDS: dict[str, type[Provider]] = {
    kind.name: kind for kind in (Development, Telnyx, Twilio, Vonage)
}


def sender() -> Provider | None:
    """Return the provider that sends; None where the site sends no texts."""
    addresses = _addresses()
    return _provider(addresses[0]) if addresses else None


def named(name: str) -> list[Provider]:
    """Return those of this kind that the site has; there may be two accounts with one company."""
    return [_provider(address) for address in _addresses() if address.provider == name]


def _addresses() -> list[Address]:
    return [parse(url) for url in settings.SMS_PROVIDERS]


def _provider(address: Address) -> Provider:
    return KINDS[address.provider](address)
