"""All that visits add to a bundle, in one order."""

from collections.abc import Iterator

from appointments.patient_records.fhir import parts
from appointments.patient_records.fhir.elements import Resource
from appointments.patient_records.fhir.parts import Subject
from visits.fhir import documents, questionnaires, signatures
from visits.fhir.encounters import Encounters


def register() -> None:
    """Let bundles hold it."""
    parts.register("visits", resources)


def resources(subject: Subject) -> Iterator[Resource]:
    """Return how visits took place, then what was signed, answered and written around them."""
    encounters = Encounters.of(subject)
    yield from encounters.resources()
    yield from signatures.resources(subject)
    yield from questionnaires.resources(encounters)
    yield from documents.resources(encounters)
