"""Values of FHIR: the small pieces that each resource is put together from.

An element without a value does not exist in FHIR, so each resource goes through `without_empty`.
"""

import base64
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings

Resource = dict[str, Any]

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
LOINC = "http://loinc.org"
# Each resource says it of itself, because whoever takes them in keeps them one by one: restricted,
# and under the federal rule on records of treatment for substance use.
SECURITY = [
    {"system": f"{TERMINOLOGY}v3-Confidentiality", "code": "R", "display": "restricted"},
    {"system": f"{TERMINOLOGY}v3-ActCode", "code": "42CFRPart2", "display": "42 CFR Part2"},
]


def resource(kind: str, key: object, *, of_patient: bool = True, **elements: Any) -> Resource:
    """Return a resource with an id that is the same in each export of this site.

    `key` is what it is known by here. What says nothing of a patient carries no label.
    """
    meta = {"security": SECURITY} if of_patient else {}
    return without_empty(
        {"resourceType": kind, "id": resource_id(kind, key), "meta": meta} | elements
    )


def resource_id(kind: str, key: object) -> str:
    """Return the id of a resource, in which nothing of its key can be read."""
    site = uuid.uuid5(uuid.NAMESPACE_URL, settings.SITE_URL)
    return str(uuid.uuid5(site, f"{kind}/{key}"))


def full_url(resource: Resource) -> str:
    """Return the address of a resource inside the bundle."""
    return f"urn:uuid:{resource['id']}"


def reference(kind: str, key: object, display: str = "") -> Resource:
    """Return a reference to a resource of the same bundle."""
    return without_empty(
        {
            "reference": f"urn:uuid:{resource_id(kind, key)}",
            "type": kind,
            "display": display,
        }
    )


def identifier(kind: str, value: object) -> list[Resource]:
    """Return what this clinic calls it by."""
    return [{"system": f"{settings.SITE_URL}/fhir/{kind}", "value": str(value)}]


def coding(system: str, code: str, display: str = "") -> Resource:
    return without_empty({"system": system, "code": code, "display": display})


def concept(text: object, *codings: Resource) -> Resource:
    """Return a CodeableConcept: words, with the codes that mean the same."""
    return without_empty({"coding": list(codings), "text": str(text)})


def instant(moment: datetime | None) -> str | None:
    """Return a moment to the second, in UTC."""
    return moment.isoformat(timespec="seconds") if moment else None


def period(start: datetime | None, end: datetime | None = None) -> Resource:
    """Return a Period. One that would end before it began has no end."""
    if start and end and end < start:
        end = None
    return without_empty({"start": instant(start), "end": instant(end)})


def plain_text(text: str, *, title: object, made: datetime | None, language: str = "") -> Resource:
    """Return a text as an Attachment; without a language where nobody knows it."""
    return without_empty(
        {
            "contentType": "text/plain; charset=utf-8",
            "language": language,
            "data": base64.b64encode(text.encode()).decode(),
            "title": str(title),
            "creation": instant(made),
        }
    )


def without_empty(value: Any) -> Any:
    """Return it without what has no value, however deep; 0 and False are values."""
    if isinstance(value, dict):
        found = {name: without_empty(each) for name, each in value.items()}
        return {name: each for name, each in found.items() if not _is_empty(each)}
    if isinstance(value, list):
        return [each for each in map(without_empty, value) if not _is_empty(each)]
    return value.strip() if isinstance(value, str) else value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | dict | list) and not value)
