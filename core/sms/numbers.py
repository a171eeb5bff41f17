"""Phone numbers as texts need them: whole, in one spelling, and as a hash to keep instead."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from phonenumbers import region_code_for_number

from core.people.phone_numbers import parse_phone


def textable(number: Any) -> str:
    """Return the number as E.164; empty for what cannot get texts from us.

    That is no number at all, one with an extension, or one of a country outside of `SMS_COUNTRIES`:
    who makes us send codes to premium numbers abroad is paid for them.
    """
    phone = parse_phone(number)
    if not phone or not phone.is_valid() or phone.extension:
        return ""
    return str(phone.as_e164) if region_code_for_number(phone) in settings.SMS_COUNTRIES else ""


def keyed_hash(number: Any) -> str:
    """Return 64 hex digits that stand for a number, not hold it. Stable while ADDRESS_KEY is."""
    phone = parse_phone(number)
    plain = phone.as_e164 if phone and phone.is_valid() else str(number)
    key = settings.ADDRESS_KEY.encode()
    return hmac.new(key, f"phone:{plain}".encode(), hashlib.sha256).hexdigest()


def masked(number: Any) -> str:
    """Return `••• ••• 0142`: enough to know one's own, too little to learn another's."""
    text = str(getattr(number, "as_e164", number) or "")
    return f"••• ••• {text[-4:]}" if len(text) >= 8 else ""
