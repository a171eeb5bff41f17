"""Who a record speaks of: the patient, the clinic, the providers; and where the patient was."""

from collections.abc import Iterable, Iterator

from appointments.models import License, Patient, Provider
from appointments.patient_records.fhir.elements import (
    Resource,
    concept,
    identifier,
    reference,
    resource,
)
from appointments.patient_records.fhir.parts import Subject
from appointments.scheduling.states import STATES
from core.languages.speaking import name_of
from core.practice.models import Practice

CLINIC = "clinic"


def resources(subject: Subject) -> Iterator[Resource]:
    """Return them in the order in which they are named."""
    yield _patient(subject.patient)
    yield _clinic(Practice.current())
    yield from _providers({each.provider for each in subject.appointments})
    for state in sorted({each.state for each in subject.appointments}):
        yield place(state)


def place(state: str) -> Resource:
    """Return the state in which a patient is during a visit: care counts as given there."""
    return resource(
        *("Location", state),
        of_patient=False,
        status="active",
        mode="kind",
        name=STATES[state].english,
        description="Where the patient is during the visit",
        address={"state": state, "country": "US"},
    )


def clinic() -> Resource:
    """Return the reference to the clinic."""
    return reference("Organization", CLINIC)


def provider(of: Provider) -> Resource:
    """Return the reference to a provider."""
    return reference("Practitioner", of.pk, str(of))


def author(name: str, account: int, provider: Provider) -> Resource:
    """Return who wrote something: the provider, or somebody else of the staff by name."""
    if provider.account_id == account:
        return reference("Practitioner", provider.pk, name)
    return {"display": name}


def _patient(patient: Patient) -> Resource:
    names = [_name(patient, "official"), *(_name(each, "old") for each in patient.merged.all())]
    return resource(
        *("Patient", patient.pk),
        identifier=identifier("patient", patient.pk),
        active=True,
        name=names,
        telecom=_telecom(phone=patient.phone.link if patient.phone else "", email=patient.email),
        birthDate=patient.birth_date.isoformat(),
        communication=[{"language": _language(patient.language), "preferred": True}],
        managingOrganization=clinic(),
    )


def _name(patient: Patient, use: str) -> Resource:
    given = patient.first_name.split()
    return {"use": use, "text": str(patient), "family": patient.last_name, "given": given}


def _clinic(practice: Practice) -> Resource:
    return resource(
        *("Organization", CLINIC),
        of_patient=False,
        active=True,
        name=practice.name,
        telecom=_telecom(phone=practice.phone_link, email=practice.email),
        address=[_address(practice)],
    )


def _address(practice: Practice) -> Resource:
    known = {
        "line": [practice.street],
        "city": practice.city,
        "state": practice.state,
        "postalCode": practice.postal_code,
    }
    return known | {"country": "US"} if any([practice.street, *list(known.values())[1:]]) else {}


def _providers(providers: set[Provider]) -> Iterator[Resource]:
    licenses: dict[int, list[License]] = {each.pk: [] for each in providers}
    for license in License.objects.filter(provider__in=providers).order_by("state", "expires"):
        licenses[license.provider_id].append(license)
    for each in sorted(providers, key=lambda one: one.pk):
        yield _provider(each, licenses[each.pk])


def _provider(provider: Provider, licenses: Iterable[License]) -> Resource:
    """Return one without the e-mail address, which no patient sees."""
    return resource(
        *("Practitioner", provider.pk),
        of_patient=False,
        identifier=identifier("provider", provider.slug),
        active=provider.active,
        name=[{"use": "official", "text": provider.name, "suffix": [provider.credentials]}],
        qualification=[_qualification(each) for each in licenses],
        communication=[concept(each) for each in provider.languages.split(",")],
    )


def _qualification(license: License) -> Resource:
    return {
        "identifier": [{"value": license.number}],
        "code": concept(f"License to practice, {license.place.english}"),
        "period": {"end": license.expires.isoformat()},
    }


def _telecom(*, phone: str, email: str) -> list[Resource]:
    number = phone.removeprefix("tel:")
    found = [{"system": "phone", "value": number}, {"system": "email", "value": email}]
    return [each for each in found if each["value"]]


def _language(code: str) -> Resource:
    return concept(name_of(code), {"system": "urn:ietf:bcp:47", "code": code})
