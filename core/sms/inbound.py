"""What people text to us: STOP, START and HELP in both languages; anything else nobody reads.

Nothing of it is kept but the proof that a word was heard. Each is answered once, whatever the
provider tells again, unless the provider has answered by itself.
"""

import hashlib

from core.database import database_time
from core.sms import consents, keywords, numbers, outbox
from core.sms.keywords import Keyword
from core.sms.models import OutgoingText, SmsConsent
from core.sms.providers.base import Received


def process(received: Received) -> None:
    """Do what a text to us asks for."""
    number = numbers.textable(received.number)
    if not number:
        return
    found = keywords.read(received.text)
    if found is None:
        _answer("nobody_reads", received, number, language=_language(number), once_a_day=True)
        return
    keyword, language = found
    if language == "en":  # STOP is said in every language
        language = _language(number)
    event = received.event[:120]
    if keyword is Keyword.STOP and consents.stop(number, event=event):
        _answer("stop_answer", received, number, language=language)
    elif keyword is Keyword.START and consents.start(number, event=event):
        _answer("start_answer", received, number, language=language)
    elif keyword is Keyword.HELP:
        _answer("help_answer", received, number, language=language)


def _language(number: str) -> str:
    """Return the language in which who has this number agreed to texts."""
    rows = SmsConsent.objects.filter(number_hash=numbers.keyed_hash(number), text__isnull=False)
    return rows.order_by("-pk").values_list("language", flat=True).first() or "en"


def _answer(
    template: str, received: Received, number: str, *, language: str, once_a_day: bool = False
) -> OutgoingText | None:
    if received.answered:
        return None
    day = database_time.now().date()
    told = f"{numbers.keyed_hash(number)}:{day}" if once_a_day else received.event
    key = f"sms-answer:{template}:{hashlib.sha256(told.encode()).hexdigest()[:32]}"
    return outbox.enqueue(template, key=key, to=number, language=language)
