"""Whether a bundle is FHIR R4: by HL7's own JSON schema, and by what that schema cannot say.

`r4.schema.json` is http://hl7.org/fhir/R4/fhir.schema.json (CC0) with the definitions that records
need, and without descriptions. Names like "app-3" are those of the specification's rules.
"""

import base64
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

SCHEMA = Path(__file__).with_name("r4.schema.json")
# The schema leaves out what is required of plain values, since an extension could stand for one.
REQUIRED = {
    "Bundle": ["type"],
    "Appointment": ["status", "participant"],
    "Appointment.participant": ["status"],
    "Consent": ["status", "scope", "category"],
    "DocumentReference": ["status", "content"],
    "DocumentReference.relatesTo": ["code", "target"],
    "Encounter": ["status", "class"],
    "Encounter.location": ["location"],
    "Practitioner.qualification": ["code"],
    "QuestionnaireResponse": ["status"],
    "QuestionnaireResponse.item": ["linkId"],
    "Schedule": ["actor"],
    "Slot": ["schedule", "status", "start", "end"],
    "Patient.communication": ["language"],
}


def problems(bundle: dict[str, Any]) -> list[str]:
    """Return a line for each thing that is wrong, with where it stands; none for a right bundle."""
    resources = [entry["resource"] for entry in bundle.get("entry", [])]
    found = list(_of_schema("Bundle", bundle))
    for resource in resources:
        kind = resource["resourceType"]
        found += [f"{kind}: {each}" for each in _of_schema(kind, resource)]
        found += [f"{kind}: {each}" for each in _of_rules(resource)]
    return found + list(_of_values("", bundle)) + list(_of_references(bundle))


@cache
def _validator(kind: str) -> Any:
    schema = json.loads(SCHEMA.read_text())
    known = {"$schema": schema["$schema"], "definitions": schema["definitions"]}
    return jsonschema_rs.validator_for(known | {"$ref": f"#/definitions/{kind}"})


def _of_schema(kind: str, resource: dict[str, Any]) -> Iterator[str]:
    for error in _validator(kind).iter_errors(resource):
        yield f"{'.'.join(map(str, error.instance_path))} {error.message[:200]}"


def _of_rules(resource: dict[str, Any]) -> Iterator[str]:
    kind = resource["resourceType"]
    for where, names in REQUIRED.items():
        of, _dot, part = where.partition(".")
        rows = [resource] if not part else resource.get(part, [])
        if of == kind:
            yield from (f"{where}.{n} is required" for row in rows for n in names if n not in row)
    for name, holds in RULES.get(kind, {}).items():
        if not holds(resource):
            yield f"breaks {name}"


Rule = Callable[[dict[str, Any]], bool]
RULES: dict[str, dict[str, Rule]] = {
    "Appointment": {
        "app-1": lambda it: all("type" in p or "actor" in p for p in it.get("participant", [])),
        "app-2": lambda it: ("start" in it) == ("end" in it),
        "app-3": lambda it: "start" in it or it["status"] in ("proposed", "cancelled", "waitlist"),
        "app-4": lambda it: (
            "cancelationReason" not in it or it["status"] in ("noshow", "cancelled")
        ),
    },
    "Consent": {
        "ppc-1": lambda it: "policy" in it or "policyRule" in it,
        "ppc-2": lambda it: "patient" in it,
    },
    "Organization": {"org-1": lambda it: "identifier" in it or "name" in it},
    "QuestionnaireResponse": {
        "qrs-1": lambda it: not any("item" in i and "answer" in i for i in it.get("item", [])),
        "one value": lambda it: all(
            len(a) == 1 for i in it.get("item", []) for a in i.get("answer", [])
        ),
    },
}


def _of_values(where: str, value: Any) -> Iterator[str]:
    """Whether each element has a value, each period an order, each text letters."""
    if value in ("", [], {}) or value is None:
        yield f"{where}: ele-1, an element without a value"
    if isinstance(value, list):
        for each in value:
            yield from _of_values(where, each)
    if isinstance(value, dict):
        if value.get("start", "") > value.get("end", "9") and "actor" not in value:
            yield f"{where}: per-1, ends before it begins"
        if "contentType" in value and "data" in value:
            base64.b64decode(value["data"], validate=True).decode()
        for name, each in value.items():
            yield from _of_values(f"{where}.{name}", each)


def _of_references(bundle: dict[str, Any]) -> Iterator[str]:
    """Whether each resource stands once, under its id, and each reference leads to one."""
    entries = bundle.get("entry", [])
    kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in entries}
    if len(kinds) != len(entries):
        yield "bdl-7: an address stands twice"
    for entry in entries:
        if entry["fullUrl"] != f"urn:uuid:{entry['resource']['id']}":
            yield f"{entry['fullUrl']} is not the address of its resource"
        for found in _references(entry["resource"]):
            address = found.get("reference")
            if address and kinds.get(address) != found["type"]:
                yield f"{entry['resource']['resourceType']} refers to nobody: {found}"


def _references(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from _references(each)
    if isinstance(value, dict):
        if "reference" in value:
            yield value
        for each in value.values():
            yield from _references(each)
