"""Texts, consents and numbers for the tests, written as other apps write them."""

from itertools import count
from typing import Any

from django.test import override_settings

from core.outbox.rows import OutboxStatus
from core.sms import consents, outbox
from core.sms.migrations import _consent_texts
from core.sms.models import OutgoingText, SmsConsentText

NUMBER, OTHER_NUMBER = "+16155550142", "+16155550143"
numbers = count(1)


def make_consent_text() -> SmsConsentText:
    """The words that the migration brings, also after a test that emptied all tables."""
    words = {"text": _consent_texts.ENGLISH, "i18n": {"text_es": _consent_texts.SPANISH}}
    return SmsConsentText.objects.get_or_create(version=1, defaults=words)[0]


def agree(number: str = NUMBER, *, language: str = "en") -> None:
    """Who has this number agreed to texts."""
    assert consents.give(number, language=language, page="appointments:details")


def make_text(template: str = "code", *, key: str = "", **fields: Any) -> OutgoingText:
    """A waiting text with a key of its own; a code, unless another kind is named."""
    if template == "code":
        fields = {"secret": True, "code": "123456", "minutes": 10} | fields
    fields = {"key": key or f"test:{next(numbers)}", "to": NUMBER} | fields
    text = outbox.enqueue(template, **fields)
    assert text is not None
    return text


def make_failed_text(to: str = NUMBER) -> OutgoingText:
    """A text that somebody has to look at, whether or not this site sends any by now."""
    with override_settings(SMS_PROVIDERS=["development://"]):
        text = make_text("help_answer", to=to)
    why = "21614 No mobile number"
    failed = {"status": OutboxStatus.FAILED, "due_at": None, "attempts": 1, "last_error": why}
    OutgoingText.objects.filter(pk=text.pk).update(**failed)
    return fresh(text)


def fresh(text: OutgoingText) -> OutgoingText:
    """The row as the database holds it now."""
    return OutgoingText.objects.get(pk=text.pk)
