"""What was agreed to when a visit was booked, word for word."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from appointments.models import Consent, ConsentText
from appointments.patient_records.fhir import people
from appointments.patient_records.fhir.elements import (
    LOINC,
    TERMINOLOGY,
    Resource,
    coding,
    concept,
    instant,
    period,
    plain_text,
    resource,
)
from appointments.patient_records.fhir.parts import Subject
from core.languages.speaking import speaking

TREATMENT = coding(f"{TERMINOLOGY}consentscope", "treatment", "Treatment")
PRIVACY = coding(f"{TERMINOLOGY}consentscope", "patient-privacy", "Privacy Consent")
CATEGORY = coding(LOINC, "59284-0", "Patient Consent")
SCOPES = {ConsentText.Kind.TELEHEALTH: TREATMENT, ConsentText.Kind.EMAIL: PRIVACY}


def resources(subject: Subject) -> Iterator[Resource]:
    """Return a consent for each text and visit."""
    given = Consent.objects.filter(appointment__in=subject.pks).select_related("text")
    for each in given.order_by("pk"):
        with speaking(each.language):
            words = each.text.text_i18n
        with speaking("en"):
            title = str(each.text)
        yield consent(
            subject,
            f"booking/{each.pk}",
            scope=SCOPES[ConsentText.Kind(each.text.kind)],
            text=plain_text(words, title=title, made=each.given, language=each.language),
            given=each.given,
            performer=[subject.reference],
        )


def consent(
    subject: Subject,
    key: str,
    *,
    scope: Resource,
    text: Resource,
    given: datetime,
    taken_back: datetime | None = None,
    **elements: Any,
) -> Resource:
    """Return a consent to a text. One that was taken back is inactive, and held until then."""
    return resource(
        *("Consent", key),
        status="inactive" if taken_back else "active",
        scope=concept("", scope),
        category=[concept("", CATEGORY)],
        patient=subject.reference,
        dateTime=instant(given),
        organization=[people.clinic()],
        sourceAttachment=text,
        policyRule=concept(text["title"]),
        provision={"type": "permit", "period": period(given, taken_back)},
        **elements,
    )
