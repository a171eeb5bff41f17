"""What happened in visits is in a FHIR bundle: how it went, what was signed, answered, written."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.models import Appointment, Status
from appointments.patient_records.fhir import bundle
from tests.appointments.test_fhir_export import of_kind
from tests.fhir.validator import problems
from tests.visits.clinicians import clinician, visit_of
from tests.visits.intake_steps import make_documents
from tests.visits.test_records_of_visits import with_all
from visits import encounter, notes
from visits.fhir.screener_codes import CODES
from visits.intake.screeners import SCREENERS
from visits.models import (
    ConsentDocument,
    ConsentRevocation,
    ConsentSignature,
    QuestionnaireResponse,
    SignedCopy,
    Visit,
)

pytestmark = pytest.mark.django_db


def answered(visit: Appointment, form: str, answers: dict, **values) -> QuestionnaireResponse:
    now = timezone.now()
    given = {"version": 1, "saved_at": now, "submitted_at": now, "language": "en"} | values
    return QuestionnaireResponse.objects.create(
        appointment=visit, form=form, answers=answers, **given
    )


def signed(visit: Appointment, kind: str, **values) -> ConsentSignature:
    make_documents()
    document = ConsentDocument.current(kind)
    given = {"signed_at": timezone.now(), "page": "p", "signer": "patient", "language": "es"}
    signature = ConsentSignature.objects.create(
        appointment=visit, document=document, **given | values
    )
    SignedCopy.objects.create(signature=signature, name="Ana Pérez", text="Canarysigned")
    return signature


def text_of(document: dict) -> str:
    [content] = document["content"]
    return base64.b64decode(content["attachment"]["data"]).decode()


def test_all_that_is_kept_of_a_visit_is_valid_and_there():
    user = clinician()
    visit = with_all(user, status=Status.CHECKED_IN)
    answered(visit, "phq-9", dict.fromkeys(CODES["phq-9"].items, "1"), score={"total": 9})
    signed(visit, "treatment")
    found = bundle.collect(visit.patient)
    assert problems(found) == []
    [met] = of_kind(found, "Encounter")
    assert met["class"]["code"] == "VR"
    written = [text_of(document) for document in of_kind(found, "DocumentReference")]
    assert written == ["Canarynote", "Canaryaddendum", "What we agreed: Canaryagreed"]
    assert {each["docStatus"] for each in of_kind(found, "DocumentReference")} == {"final"}
    note, addendum, _summary = of_kind(found, "DocumentReference")
    assert addendum["relatesTo"][0]["target"]["reference"] == f"urn:uuid:{note['id']}"
    assert note["author"][0]["type"] == "Practitioner"
    forms = [each["questionnaire"] for each in of_kind(found, "QuestionnaireResponse")]
    assert [form.rpartition("/")[2] for form in forms] == ["reason|1", "44249-1", "cows|1"]
    about = {each["encounter"]["reference"] for each in of_kind(found, "QuestionnaireResponse")}
    assert about == {f"urn:uuid:{met['id']}"}
    assert "Canaryguest" not in bundle.as_json(found), "who else came is no record of this patient"


def test_a_screener_has_the_codes_of_loinc_and_the_words_that_were_read():
    visit = visit_of(clinician())
    answered(
        *(visit, "audit-c", {"frequency": "2", "drinks": "0", "six_or_more": "1"}),
        score={"total": 3, "band": "positive_3"},
        language="es",
    )
    [response] = of_kind(bundle.collect(visit.patient), "QuestionnaireResponse")
    assert response["questionnaire"] == "http://loinc.org/q/72109-2"
    assert response["language"] == "es"
    codes = {item["linkId"]: next(iter(item["answer"][0].values())) for item in response["item"]}
    assert codes.pop("/75626-2") == 3
    assert {link: answer["code"] for link, answer in codes.items()} == {
        "/68518-0": "LA18927-6",
        "/68519-8": "LA15694-5",
        "/68520-6": "LA18933-4",
    }
    assert response["item"][0]["text"].startswith("¿")
    assert response["source"]["type"] == "Patient"


def test_every_choice_of_every_screener_has_a_code_for_the_version_that_is_asked_now():
    for slug, codes in CODES.items():
        screener = SCREENERS[slug]
        assert codes.version == screener.version
        assert set(codes.items) == {item.key for item in screener.items}
        for item in screener.items:
            assert item.points == tuple(range(len(codes.choices[item.key])))


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({}, "planned"),
        ({"knocked_at": -5}, "arrived"),
        ({"knocked_at": -5, "admitted_at": -3}, "in-progress"),
        ({"admitted_at": -3, "ended_at": -1, "outcome": "completed"}, "finished"),
        ({"admitted_at": -3, "ended_at": -1, "outcome": "by_phone"}, "finished"),
        ({"ended_at": -1, "outcome": "no_show"}, "cancelled"),
        ({"ended_at": -1, "outcome": "failed"}, "cancelled"),
    ],
)
def test_an_encounter_says_how_far_it_came(row, status):
    visit = visit_of(clinician())
    room = encounter.open_room(visit)
    moments = {
        name: timezone.now() + timedelta(minutes=value) if isinstance(value, int) else value
        for name, value in row.items()
    }
    Visit.objects.filter(pk=room.pk).update(**moments)
    found = bundle.collect(visit.patient)
    assert problems(found) == []
    assert [each["status"] for each in of_kind(found, "Encounter")] == [status]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.COMPLETED, ["finished"]),
        (Status.CHECKED_IN, ["in-progress"]),
        (Status.BOOKED, []),
        (Status.CANCELLED, []),
    ],
)
def test_a_visit_without_a_room_here_is_an_encounter_once_it_has_begun(status, expected):
    visit = visit_of(clinician(), status=status)
    found = bundle.collect(visit.patient)
    assert problems(found) == []
    assert [each["status"] for each in of_kind(found, "Encounter")] == expected


def test_drafts_say_that_they_are_drafts_and_what_another_answered_is_not_the_patient_s_word():
    user = clinician()
    visit = visit_of(user, booked_for="other", booked_by="Ann Caller")
    answered(visit, "reason", {"reason": "Canary", "goals": ""}, submitted_at=None)
    answered(visit, "phq-9", {"interest": "3", "gone": "x"}, submitted_at=None)
    found = bundle.collect(visit.patient)
    assert problems(found) == []
    responses = of_kind(found, "QuestionnaireResponse")
    assert {each["status"] for each in responses} == {"in-progress"}
    assert not any("source" in each for each in responses)
    assert [len(each["item"]) for each in responses] == [1, 2]
    notes.save(visit, notes.typed({"text": "Canarydraft"}), saves=0, by=user)
    [draft] = of_kind(bundle.collect(visit.patient), "DocumentReference")
    assert (text_of(draft), draft["docStatus"]) == ("Canarydraft", "preliminary")
    assert "authenticator" not in draft


def test_what_was_asked_in_other_words_has_no_code_of_loinc():
    visit = visit_of(clinician())
    answered(visit, "gad-7", {"nervous": "1"}, version=99)
    [response] = of_kind(bundle.collect(visit.patient), "QuestionnaireResponse")
    assert response["questionnaire"].endswith("/gad-7|99")
    assert "loinc" not in str(response["item"])


def test_a_signature_that_was_taken_back_is_no_consent_any_more():
    visit = visit_of(clinician())
    kept, gone = signed(visit, "telehealth"), signed(visit, "records", signer="other")
    ConsentRevocation.objects.create(signature=gone, revoked_at=timezone.now(), page="p")
    found = bundle.collect(visit.patient)
    assert problems(found) == []
    consents = {each["policyRule"]["text"]: each for each in of_kind(found, "Consent")}
    standing, ended = consents[str(kept.document)], consents[str(gone.document)]
    assert (standing["status"], ended["status"]) == ("active", "inactive")
    assert "end" in ended["provision"]["period"]
    assert standing["performer"][0]["type"] == "Patient"
    assert ended["performer"] == [{"display": "Ana Pérez, parent or guardian"}]
    attachment = standing["sourceAttachment"]
    assert base64.b64decode(attachment["data"]).decode() == "Canarysigned"
