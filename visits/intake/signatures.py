"""The workflow of what patients sign: filled in, signed, kept as shown, taken back."""

import hashlib
import hmac
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import pgettext

from appointments.models import Appointment
from core.database import database_time
from core.languages.speaking import of_now
from core.practice.models import Practice
from core.staff.models import User
from visits.intake import plans
from visits.intake.answers import IntakeClosed
from visits.models.consents import (
    ConsentDocument,
    ConsentRevocation,
    ConsentSignature,
    SignedCopy,
)


class TextChanged(Exception):
    """The text has another version since it was shown."""


class NotInForce(Exception):
    """It was taken back already."""


def filled_in(document: ConsentDocument, appointment: Appointment) -> str:
    """Return the text as this patient reads and signs it, in the language of the page."""
    practice, patient = Practice.current(), appointment.patient
    today = database_time.now().astimezone(appointment.patient_zone).date()
    words = {
        "{clinic}": practice.name,
        "{phone}": str(practice.phone_text or ""),
        "{patient}": str(patient or ""),
        "{birth_date}": _written(patient.birth_date) if patient else "",
        "{date}": _written(today),
    }
    text = document.text_i18n
    for name, value in words.items():
        text = text.replace(name, value)
    return text


@transaction.atomic
def sign(
    appointment: Appointment, document: ConsentDocument, *, name: str, signer: str, page: str
) -> ConsentSignature:
    """Keep the proof that this was signed, and a copy of it. Safe to run twice.

    Raises IntakeClosed, and TextChanged where `document` is not the newest version of its kind.
    """
    if not plans.is_open(appointment):
        raise IntakeClosed
    # One signs at a time: of two clicks the second finds the first.
    Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    if ConsentDocument.current(document.kind) != document:
        raise TextChanged
    standing = in_force(appointment, document.kind)
    if standing and standing.document_id == document.pk:
        return standing
    text = filled_in(document, appointment)
    signature = ConsentSignature.objects.create(
        document=document,
        appointment=appointment,
        signed_at=database_time.now(),
        signer=signer,
        page=page,
        language=of_now(),
        name_hash=_hashed(name),
        text_hash=_hashed(text),
    )
    SignedCopy.objects.create(signature=signature, name=name, text=text)
    return signature


def in_force(appointment: Appointment, kind: str) -> ConsentSignature | None:
    """Return what the patient of this visit has signed of this kind, and not taken back."""
    signatures = plans.signatures_of(appointment).in_force().filter(document__kind=kind)
    return signatures.select_related("document", "copy").first()


@transaction.atomic
def revoke(signature: ConsentSignature, *, page: str, by: User | None = None) -> None:
    """Keep the proof that it was taken back, by the patient here or as staff were told.

    Earlier versions that the same patient signed go with it. Raises NotInForce where that was done
    already.
    """
    # The signature itself can be locked by nobody who may not change it.
    appointment = Appointment.objects.select_for_update(no_key=True).get(
        pk=signature.appointment_id
    )
    same = ConsentSignature.objects.filter(appointment=appointment)
    if appointment.patient:
        same = ConsentSignature.objects.of_patient(appointment.patient)
    standing = list(same.in_force().filter(document__kind=signature.document.kind))
    if signature not in standing:
        raise NotInForce
    ConsentRevocation.objects.bulk_create(
        ConsentRevocation(
            signature=each,
            revoked_at=database_time.now(),
            page=page,
            account=by.pk if by else None,
        )
        for each in standing
    )


def is_as_signed(copy: SignedCopy) -> bool:
    """Return whether a copy is still what its proof was made of."""
    proof = copy.signature
    kept = (_hashed(copy.name), _hashed(copy.text))
    return hmac.compare_digest("".join(kept), proof.name_hash + proof.text_hash)


def _hashed(text: str) -> str:
    """Return 64 hex digits that prove a text, not hold it. Stable while ADDRESS_KEY is."""
    return hmac.new(settings.ADDRESS_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _written(day: date) -> str:
    return date_format(day, pgettext("long date", "F j, Y"), use_l10n=False)
