"""A record leaves for another system as FHIR R4: what was booked and agreed to."""

import base64
import copy
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Appointment, Consent, ConsentText, Status, StatusReason
from appointments.patient_records.fhir import bundle
from core.practice.models import Practice
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_license, make_patient, monday
from tests.fhir.validator import problems

pytestmark = pytest.mark.django_db
DETAILS = {"first_name": "Zoë Ann", "last_name": "Łukaszewicz", "email": "zoe@example.org"}


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def visit() -> Appointment:
    """Of a patient with a visit that is booked, and one of each thing that it has.

    Somebody else has a visit, too.
    """
    make_appointment(patient=make_patient(first_name="Olga", email="olga@example.org"))
    patient = make_patient(**DETAILS, language="es")
    make_patient(first_name="Zoe", last_name="Lukas", merged_into=patient)
    visit = make_appointment(patient=patient)
    visit.provider.email = "canary-provider@example.org"
    visit.provider.save()
    make_license(visit.provider, "KY")
    for text in ConsentText.current():
        Consent.objects.create(
            appointment=visit, text=text, given=timezone.now(), page="p", language="es"
        )
    return visit


def of_kind(found: dict, kind: str) -> list[dict]:
    resources = [entry["resource"] for entry in found["entry"]]
    return [each for each in resources if each["resourceType"] == kind]


def test_a_record_is_valid_and_says_who_what_when_and_where(visit):
    Practice.objects.update_or_create(
        pk=1, defaults={"name": "Curednation", "phone": "+16155550142", "city": "Nashville"}
    )
    found = bundle.collect(visit.patient)
    assert problems(found) == []
    [patient] = of_kind(found, "Patient")
    assert [(name["use"], name["text"]) for name in patient["name"]] == [
        ("official", "Zoë Ann Łukaszewicz"),
        ("old", "Zoe Lukas"),
    ]
    assert patient["name"][0]["given"] == ["Zoë", "Ann"]
    assert patient["birthDate"] == visit.patient.birth_date.isoformat()
    assert patient["telecom"] == [
        {"system": "phone", "value": "+16155550117"},
        {"system": "email", "value": "zoe@example.org"},
    ]
    assert patient["communication"][0]["language"]["coding"][0]["code"] == "es"
    [provider] = of_kind(found, "Practitioner")
    assert visit.provider.email not in bundle.as_json(found), "no patient sees it"
    assert [each["code"]["text"] for each in provider["qualification"]] == [
        "License to practice, Kentucky",
        "License to practice, Tennessee",
    ]
    [slot], [appointment] = of_kind(found, "Slot"), of_kind(found, "Appointment")
    assert (appointment["status"], slot["status"]) == ("booked", "busy")
    assert appointment["start"] == slot["start"] == visit.starts_at.isoformat(timespec="seconds")
    [place] = of_kind(found, "Location")
    assert place["address"] == {"state": "TN", "country": "US"}
    assert of_kind(found, "Encounter") == [], "nothing has taken place"


def test_what_was_agreed_to_is_there_word_for_word_in_the_language_it_was_read_in(visit):
    consents = of_kind(bundle.collect(visit.patient), "Consent")
    texts = {
        base64.b64decode(each["sourceAttachment"]["data"]).decode(): each["scope"]["coding"][0]
        for each in consents
    }
    spanish = {text.i18n["text_es"]: text.kind for text in ConsentText.current()}
    assert {words: code["code"] for words, code in texts.items()} == {
        words: {"telehealth": "treatment", "email": "patient-privacy"}[kind]
        for words, kind in spanish.items()
    }
    assert {each["sourceAttachment"]["language"] for each in consents} == {"es"}


@pytest.mark.parametrize(
    ("status", "expected", "keeps_its_time"),
    [
        (Status.HELD, "pending", True),
        (Status.BOOKED, "booked", True),
        (Status.CHECKED_IN, "checked-in", True),
        (Status.COMPLETED, "fulfilled", True),
        (Status.NO_SHOW, "noshow", True),
        (Status.CANCELLED, "cancelled", False),
        (Status.EXPIRED, "cancelled", False),
        (Status.RELEASED, "cancelled", False),
    ],
)
def test_each_status_is_one_of_theirs_and_only_a_cancelled_time_is_free(
    status, expected, keeps_its_time
):
    held = {"held_until": timezone.now() + timedelta(hours=1)} if status == Status.HELD else {}
    reason = StatusReason.objects.first()
    visit = make_appointment(status=status, status_reason=reason, cancel_reason="ill", **held)
    found = bundle.collect(visit.patient)
    assert problems(found) == []
    [appointment] = of_kind(found, "Appointment")
    assert appointment["status"] == expected
    assert bool(of_kind(found, "Slot")) == keeps_its_time
    why = appointment.get("cancelationReason", {}).get("text", "")
    assert why == (f"{reason}: ill" if expected in ("cancelled", "noshow") else "")


def test_ids_are_the_same_each_time_and_no_key_of_ours_can_be_read_in_them(visit):
    first, second = (bundle.collect(visit.patient) for _ in range(2))
    assert first["entry"] == second["entry"]
    text = bundle.as_json(first)
    assert visit.key not in text
    assert visit.patient.match_key not in text
    assert "/appointments/" not in text


def test_each_resource_of_the_patient_says_that_it_is_protected(visit):
    found = bundle.collect(visit.patient)
    of_nobody = ("Practitioner", "Organization", "Location", "Schedule")
    for entry in found["entry"]:
        labels = entry["resource"].get("meta", {}).get("security", [])
        codes = {each["code"] for each in labels}
        protected = {"R", "42CFRPart2"}
        assert codes == (set() if entry["resource"]["resourceType"] in of_nobody else protected)


def test_a_patient_without_any_visit_is_a_valid_record():
    found = bundle.collect(make_patient(email="", last_name=""))
    assert problems(found) == []
    assert len(found["entry"]) == 2


def test_many_visits_cost_no_more_queries_than_one(visit, django_assert_max_num_queries):
    for nth in range(1, 20):
        starts_at = monday() - timedelta(weeks=nth + 2)
        make_appointment(
            patient=visit.patient,
            service=visit.service,
            starts_at=starts_at,
            status=Status.COMPLETED,
        )
    with django_assert_max_num_queries(16):
        found = bundle.collect(visit.patient)
    assert len(of_kind(found, "Appointment")) == 20
    assert len(of_kind(found, "Schedule")) == 1


# ── the file that staff download ──


def test_who_may_export_downloads_it_under_a_neutral_name_and_the_trail_says_so(visit):
    client = signed_in("manager", name="Mona Manager")
    address = reverse("admin:appointments_patient_export", args=[visit.patient_id])
    assert "for another system" in client.get(address).text
    answer = client.post(address, {"kind": "fhir"})
    assert problems(json.loads(answer.content)) == []
    assert answer["Content-Type"] == "application/fhir+json"
    assert answer["Content-Disposition"].endswith(f'"record-{visit.patient_id}.fhir.json"')
    assert "no-store" in answer["Cache-Control"]
    named = AuditEvent.objects.filter(action="export").values_list("model", flat=True)
    assert set(named) == {"appointments.patient", "appointments.appointment"}


@pytest.mark.parametrize("role", ["front desk", "clinician", "editor"])
def test_who_may_not_export_gets_none(role, visit):
    client: Client = signed_in(role)
    address = reverse("admin:appointments_patient_export", args=[visit.patient_id])
    assert client.post(address, {"kind": "fhir"}).status_code == 403


# ── the validator itself ──


def _without(kind: str, name: str):
    return lambda found: of_kind(found, kind)[0].pop(name)


def _with(kind: str, **values):
    return lambda found: of_kind(found, kind)[0].update(values)


@pytest.mark.parametrize(
    "spoil",
    [
        _with("Appointment", status="done"),
        _with("Appointment", start="tomorrow"),
        _with("Appointment", cancelationReason={"text": "none"}),
        _with("Appointment", start="2027-01-02T10:00:00"),  # without a zone
        _without("Appointment", "participant"),
        _without("Appointment", "end"),
        _without("Slot", "schedule"),
        _without("Consent", "policyRule"),
        _without("Schedule", "actor"),
        _with("Patient", birthDate="17.4.1988"),
        _with("Patient", nickname="Zo"),
        _with("Patient", gender=""),
        _with("Patient", id="another"),
        lambda found: found["entry"].pop(0),  # the patient, to whom the others refer
        lambda found: found["entry"].append(found["entry"][0]),
    ],
)
def test_a_bundle_that_is_spoilt_is_not_valid(visit, spoil):
    found = copy.deepcopy(bundle.collect(visit.patient))
    spoil(found)
    assert problems(found)
