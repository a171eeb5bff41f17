"""What patients signed before visits, as they read it, and what they took back."""

from collections.abc import Iterator

from appointments.patient_records.fhir.consents import PRIVACY, TREATMENT, consent
from appointments.patient_records.fhir.elements import Resource, plain_text
from appointments.patient_records.fhir.parts import Subject
from visits.models import ConsentSignature

SCOPES = {"telehealth": TREATMENT, "treatment": TREATMENT, "records": PRIVACY}


def resources(subject: Subject) -> Iterator[Resource]:
    """Return a consent for each signature."""
    rows = ConsentSignature.objects.filter(appointment__in=subject.pks)
    rows = rows.select_related("document", "copy", "revocation").order_by("pk")
    for row in rows:
        copy, revocation = getattr(row, "copy", None), getattr(row, "revocation", None)
        yield consent(
            *(subject, f"signature/{row.pk}"),
            scope=SCOPES[row.document.kind],
            text=plain_text(
                copy.text if copy else "",
                title=row.document,
                made=row.signed_at,
                language=row.language,
            ),
            given=row.signed_at,
            taken_back=revocation.revoked_at if revocation else None,
            performer=[_signer(subject, row, copy.name if copy else "")],
        )


def _signer(subject: Subject, row: ConsentSignature, name: str) -> Resource:
    if row.signer == ConsentSignature.Signer.PATIENT:
        return subject.reference
    return {"display": f"{name}, parent or guardian".removeprefix(", ")}
