"""Texts (SMS): an outbox of their own, consents, quiet hours, and the providers that send them.

| module | what it does |
| --- | --- |
| `core.sms.outbox` | what other apps call to send a text |
| `core.sms.consents` | who agreed to texts, word for word, and who took it back |
| `core.sms.phone_states` | numbers that take no texts: landlines, wrong ones, those with a STOP |
| `core.sms.short_links` | the one link of a text, short, of a purpose of its own |
| `core.sms.delivery` | claiming, sending outside any transaction, settling |
| `core.sms.providers` | Twilio, Vonage, Telnyx: sending, and reading what they report |
| `core.sms.inbound` | what people text to us: STOP, START, HELP |
| `core.sms.reports` | what providers report: whether a text arrived |
"""

from django.conf import settings


def is_configured() -> bool:
    """Return whether this site can send texts: whether `SMS_URL` names a provider."""
    return bool(settings.SMS_PROVIDERS)
