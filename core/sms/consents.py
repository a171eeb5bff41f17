"""Who agreed to texts, to which words, and who took it back: rows that are never changed.

A number is kept as a keyed hash only. The newest row of a number says what holds. STOP, which the
phone itself sends, is lifted by START from the phone and by nothing that somebody types on a page.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.sms import numbers, phone_states
from core.sms.models import SmsConsent, SmsConsentText
from core.sms.waiting_texts import drop_waiting

_IN_FORCE = (SmsConsent.Kind.GIVEN, SmsConsent.Kind.STARTED)


def current_text() -> SmsConsentText | None:
    """Return the words that people are asked to agree to now."""
    return SmsConsentText.objects.order_by("-version").first()


def give(number: Any, *, language: str, page: str, about: str = "") -> SmsConsent | None:
    """Note that who has this number agreed to the words as they stand, in the caller's transaction.

    None where it cannot get texts from us, or where there are no words to agree to.
    """
    text = current_text()
    if text is None or not numbers.textable(number):
        return None
    return SmsConsent.objects.create(
        kind=SmsConsent.Kind.GIVEN,
        number_hash=numbers.keyed_hash(number),
        text=text,
        language=language,
        page=page,
        about=about,
    )


def withdraw(number: Any, *, language: str = "en", page: str, about: str = "") -> bool:
    """Note that texts are not wanted any more, and send none that waits; False where none were."""
    if not in_force(number):
        return False
    SmsConsent.objects.create(
        kind=SmsConsent.Kind.WITHDRAWN,
        number_hash=numbers.keyed_hash(number),
        language=language,
        page=page,
        about=about,
    )
    drop_waiting(number)
    return True


def in_force(number: Any) -> bool:
    """Return whether who has this number agreed to texts and has not taken it back. Two queries."""
    kinds = list(_rows(number).order_by("-pk").values_list("kind", flat=True))
    agreed = SmsConsent.Kind.GIVEN in kinds and kinds[0] in _IN_FORCE
    return agreed and not phone_states.of(number).stopped


def stop(number: Any, *, event: str) -> bool:
    """Honour STOP at once: nothing goes there any more. False where this event was heard before."""
    with transaction.atomic():
        if not _heard(number, SmsConsent.Kind.STOPPED, event):
            return False
        phone_states.record_stopped(number)
        drop_waiting(number)
    return True


def start(number: Any, *, event: str) -> bool:
    """Honour START: what was agreed to before holds again. False for an event heard before.

    Who never agreed to the words does not by this one.
    """
    with transaction.atomic():
        if not _heard(number, SmsConsent.Kind.STARTED, event):
            return False
        phone_states.record_started(number)
    return True


def _rows(number: Any) -> QuerySet[SmsConsent]:
    return SmsConsent.objects.filter(number_hash=numbers.keyed_hash(number))


def _heard(number: Any, kind: str, event: str) -> bool:
    """Write down a word of the phone once; False where this event stands there already."""
    try:
        with transaction.atomic():
            SmsConsent.objects.create(
                kind=kind, number_hash=numbers.keyed_hash(number), event=event
            )
    except IntegrityError:
        return False
    return True
