"""What messages keep of a patient: in an export, gone with an erasure, or kept by the law."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.booking import record_merging
from appointments.models import Patient, Status
from appointments.patient_records import erasure, export
from messaging import drafts
from messaging.models import Attachment, DangerAlert, Draft, Message, Thread
from portal.models import Basis, ContactPoint, Relation
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_patient
from tests.messaging.writing import WORDS, answer, make_thread, pdf
from tests.portal.signing_in import add_patient, make_account, sign_in_to

pytestmark = pytest.mark.django_db


def make_matters(patient: Patient) -> list[Thread]:
    """One of care with a file and an answer, one of cost, and what is typed and not sent."""
    account = make_account(patient)
    care = make_thread(patient, account=account)
    draft = drafts.keep(drafts.of_patient(account, care), "with a file")
    drafts.add_files(draft, [pdf()])
    clinician = make_staff("clinician", name="Anna Berg")
    answer(care, clinician)
    drafts.keep(drafts.of_staff(clinician, care), "Canarybegun")
    make_thread(patient, account=account, topic="cost", text="Canarycost, I want to die")
    drafts.keep(drafts.of_patient(account, None), "Canarydraft", patient=patient)
    return list(Thread.objects.filter(patient=patient).order_by("pk"))


def test_an_export_has_every_word_and_the_names_of_files():
    patient = make_patient()
    make_matters(patient)
    told = export.as_json(export.collect(patient, by="Robin"))
    for words in (WORDS, "Yes, in the morning.", "Anna Berg", "Canarycost", "Canarydraft"):
        assert words in told
    assert "Canarybegun" not in told, "what staff have not sent is said to nobody"
    assert "letter.pdf" in told
    assert "alerts from messages" in told


def test_a_copy_says_as_whom_somebody_wrote_and_gives_nobody_what_another_trusted_to_us(client):
    patient = make_patient(first_name="Ida")
    own, parent = make_account(patient), make_account(make_patient(last_name="Canaryname"))
    values = {"kind": "email", "proved_at": timezone.now()}
    ContactPoint.objects.create(account=own, value="canarypoint@example.org", **values)
    add_patient(parent, patient, relation=Relation.WARD, basis=Basis.STAFF)
    make_thread(patient, account=own, text="Canaryown, I want to die")
    make_thread(patient, account=parent, text="Canaryparents")
    for account, typed in ((own, "Canaryowndraft"), (parent, "Canarydraftofparent")):
        drafts.keep(drafts.of_patient(account, None), typed, patient=patient)

    def copy(account) -> dict:
        sign_in_to(client, account)
        return client.post("/me/record/file/", {"kind": "json", "who": patient.pk}).json()

    kept = copy(own)
    told = export.as_json(kept)
    writers = {message["by"] for thread in kept["messages"] for message in thread["messages"]}
    assert writers == {"the patient", "a legal guardian of the patient"}
    assert [len(kept[part]) for part in ("messages not sent yet", "alerts from messages")] == [1, 1]
    for words in ("Canaryown", "Canaryparents", "Canaryowndraft", "canarypoint"):
        assert words in told
    for words in ("Canarydraftofparent", "Canaryname"):
        assert words not in told
    assert kept["exported"]["by"] == "the patient, signed in"

    theirs = copy(parent)
    told = export.as_json(theirs)
    for words in ("Canaryparents", "Canarydraftofparent"):
        assert words in told
    for words in ("Canaryown", "canarypoint", "Firefox"):
        assert words not in told
    assert theirs["alerts from messages"] == []
    assert theirs["exported"]["by"] == "who stands for the patient, signed in"
    page = client.get(f"/me/record/?who={patient.pk}").content.decode()
    assert "Of messages it has those that you wrote" in page
    assert "Of messages it has" not in client.get("/me/record/").content.decode()


def test_without_care_to_keep_an_erasure_takes_all_of_it():
    patient = make_patient()
    make_matters(patient)
    other = make_thread()
    assert not erasure.erase(patient, by="Robin")
    assert list(Thread.objects.all()) == [other]
    assert Message.objects.count() == 1
    for model in (Draft, Attachment, DangerAlert):
        assert not model.objects.exists()


def test_where_care_is_kept_by_law_what_was_written_about_it_stays_with_the_record():
    patient = make_patient()
    care, _cost = make_matters(patient)
    past = timezone.now() - timedelta(days=9)
    make_appointment(patient=patient, starts_at=past, status=Status.COMPLETED)
    assert erasure.erase(patient, by="Robin")
    assert list(Thread.objects.all()) == [care]
    assert not Draft.objects.exists()
    assert DangerAlert.objects.count() == 0, "it went with the thread that it was about"


def test_a_merge_and_its_undoing_leave_each_matter_where_it_was_written():
    one, other = make_patient(), make_patient()
    thread = make_thread(other)
    seen = record_merging.seen(other, one)
    merge = record_merging.merge(other, into=one, as_seen=seen, by="Robin")
    assert list(Thread.objects.all().of_patient(one)) == [thread]
    told = export.as_json(export.collect(one, by="Robin"))
    assert WORDS in told
    record_merging.undo(merge, by="Robin")
    assert list(Thread.objects.all().of_patient(one)) == []
    assert list(Thread.objects.all().of_patient(other)) == [thread]
