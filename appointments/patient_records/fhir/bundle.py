"""The bundle itself: what a record is in FHIR R4, and how it is written as JSON."""

import json
import uuid

from django.db.models import prefetch_related_objects

from appointments.models import Appointment, Patient
from appointments.patient_records.fhir import bookings, consents, parts, people
from appointments.patient_records.fhir.elements import SECURITY, Resource, full_url, instant
from appointments.patient_records.fhir.parts import Subject
from core.database import database_time
from core.languages.speaking import speaking

MIMETYPE = "application/fhir+json"


def collect(patient: Patient) -> Resource:
    """Return the record as a Bundle: each resource once, references among them as `urn:uuid:`.

    Its ids are the same each time, so that whoever takes it in twice has each thing once. Words of
    the program are English; what somebody wrote or was asked stays in its language.
    """
    with speaking("en"):
        subject = _subject(patient)
        found = [
            *people.resources(subject),
            *bookings.resources(subject),
            *consents.resources(subject),
            *parts.resources(subject),
        ]
    return {
        "resourceType": "Bundle",
        "id": str(uuid.uuid4()),
        "meta": {"security": SECURITY},
        "type": "collection",
        "timestamp": instant(database_time.now()),
        "entry": [
            {"fullUrl": full_url(each), "resource": each}
            for each in {each["id"]: each for each in found}.values()
        ],
    }


def as_json(bundle: Resource) -> str:
    """Return it as JSON, indented."""
    return json.dumps(bundle, indent=2, ensure_ascii=False)


def _subject(patient: Patient) -> Subject:
    prefetch_related_objects([patient], "merged")
    visits = Appointment.objects.filter(patient=patient)
    related = visits.select_related("provider", "service", "status_reason", "patient")
    return Subject(patient, list(related.order_by("starts_at", "pk")))
