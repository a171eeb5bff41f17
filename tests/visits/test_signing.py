"""What is signed before a visit: the exact words, a typed name, and taking it back."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.core.staff.people import make_staff, sign_in
from tests.factories import make_patient
from tests.visits.intake_steps import address, make_documents, make_tomorrow, send, sign
from visits.intake import plans, signatures
from visits.models.consents import (
    ConsentDocument,
    ConsentRevocation,
    ConsentSignature,
    SignedCopy,
)

pytestmark = pytest.mark.django_db
# What 42 CFR 2.31(a), as amended in 2024, has a consent for treatment, payment and operations say.
ELEMENTS = {
    "1 name of the patient": r"\{patient\}",
    "2 who may disclose": r"# 2\. Who may share\s+\{clinic\}",
    "3 what": r"All records of my treatment .* treatment for substance use",
    "4 recipients": r"My treating providers, health plans, third-party payers, and people helping",
    "4 iii redisclosure": r"as HIPAA permits, except for uses and disclosures for civil, criminal, "
    r"administrative, and legislative proceedings against me",
    "5 purpose": r"Treatment, payment, and health care operations",
    "6 revocation": r"take this permission back in writing at any time",
    "6 reliance": r"shared before, by somebody who relied on this permission",
    "6 how": r"on this page, or by writing to \{clinic\}",
    "7 expiration": r"None: it has no end date",
    "10 i redisclosure": r"may then no longer be protected by 42 CFR Part 2",
    "10 ii refusal": r"# 9\. If I do not sign\s+\{clinic\} treats me all the same",
    "b counseling notes apart": r"Not meant are counseling notes",
    "d proceedings apart": r"not for use in proceedings against me",
}


def test_the_permission_to_share_has_every_element_of_the_rule_in_both_languages():
    make_documents()
    document = ConsentDocument.current("records")
    for element, words in ELEMENTS.items():
        assert re.search(words, document.text), element
    parts = [re.findall(r"^# (\d)\.", text, re.M) for text in (document.text, document.text_es)]
    assert parts == [[*"123456789"], [*"123456789"]]


def test_signing_keeps_the_exact_words_with_names_filled_in_and_who_signed_when(client):
    visit = make_tomorrow()
    page = client.get(address(visit, "form", "records")).text
    assert "{" not in page.split("signed-text")[1].split("</form>")[0]
    assert "Grace Whitfield, born April 17, 1988" in page
    after = sign(client, visit, "records", name="  Grace Whitfield ")
    assert after.status_code == 200
    [signature] = ConsentSignature.objects.all()
    copy = signature.copy
    assert copy.name == "Grace Whitfield"
    assert "Grace Whitfield, born April 17, 1988" in copy.text
    assert (signature.page, signature.language, signature.signer) == (
        "visits:form",
        "en",
        "patient",
    )
    assert signatures.is_as_signed(copy)
    SignedCopy.objects.update(text=copy.text + " And more.")
    assert not signatures.is_as_signed(SignedCopy.objects.get())
    shown = client.get(address(visit, "form", "records")).text
    assert "Signed as Grace Whitfield on" in shown
    sign(client, visit, "records")
    assert ConsentSignature.objects.count() == 1


def test_in_spanish_the_spanish_words_are_signed(client):
    visit = make_tomorrow()
    path = "/es" + address(visit, "form", "records")
    document = ConsentDocument.current("records")
    typed = {"document": document.pk, "signer": "other", "name": "Rosa", "agree": "on"}
    client.post(path, typed)
    [signature] = ConsentSignature.objects.all()
    assert (signature.language, signature.signer) == ("es", "other")
    assert "fecha de nacimiento: 17 de abril de 1988" in signature.copy.text


@pytest.mark.parametrize(
    ("lacks", "words"),
    [("name", "Please type your name"), ("agree", "Please tick this"), ("document", "has changed")],
)
def test_without_a_name_or_a_yes_or_of_other_words_nothing_is_signed(client, lacks, words):
    visit = make_tomorrow()
    document = ConsentDocument.current("treatment")
    typed = {"document": document.pk, "signer": "patient", "name": "Grace", "agree": "on"}
    page = client.post(address(visit, "form", "treatment"), typed | {lacks: ""})
    assert words in page.text
    assert not ConsentSignature.objects.exists()


def test_a_new_version_is_asked_for_and_the_old_one_stays_with_who_signed_it(client):
    visit = make_tomorrow()
    sign(client, visit, "treatment")
    new = ConsentDocument.objects.create(kind="treatment", version=2, text="Other words.")
    assert "Other words." in client.get(address(visit, "form", "treatment")).text
    sign(client, visit, "treatment")
    assert {each.document.version for each in ConsentSignature.objects.all()} == {1, 2}
    assert ConsentSignature.objects.get(document=new).copy.text == "Other words."
    client.post(address(visit, "form_revoke", "treatment"))
    assert ConsentRevocation.objects.count() == 2, "no older yes comes back to life"


def test_a_signature_holds_for_later_visits_of_the_same_address_and_not_for_another(client):
    patient = make_patient()
    first = make_tomorrow(patient=patient)
    sign(client, first, "records")
    second = make_tomorrow(patient=patient, starts_at=first.starts_at.replace(minute=0))
    assert "Signed as" in client.get(address(second, "form", "records")).text
    elsewhere = make_tomorrow(
        patient=patient, email="new@example.org", starts_at=first.starts_at.replace(minute=30)
    )
    assert "Signed as" not in client.get(address(elsewhere, "form", "records")).text


def test_it_can_be_taken_back_by_the_same_link_also_after_the_visit_and_signed_anew(client):
    visit = make_tomorrow()
    sign(client, visit, "records")
    type(visit).objects.filter(pk=visit.pk).update(status="completed")
    assert "Take this back" in client.get(address(visit, "form", "records")).text
    back = client.post(address(visit, "form_revoke", "records"), follow=True)
    assert "You have taken it back" in back.text
    [revocation] = ConsentRevocation.objects.all()
    assert (revocation.page, revocation.account) == ("visits:form_revoke", None)
    client.post(address(visit, "form_revoke", "records"))
    assert ConsentRevocation.objects.count() == 1
    type(visit).objects.filter(pk=visit.pk).update(status="booked")
    sign(client, visit, "records")
    assert ConsentSignature.objects.count() == 2
    assert signatures.in_force(visit, "records") == ConsentSignature.objects.in_force().get()


def test_staff_note_that_somebody_wrote_to_take_it_back(client):
    visit = make_tomorrow()
    sign(client, visit, "records")
    [signature] = ConsentSignature.objects.all()
    member = make_staff("front desk")
    desk = sign_in(Client(), member)
    page = f"/admin/visit-answers/{visit.pk}/"
    assert "The words that were signed" in desk.get(page).text
    noted = desk.post(page, {"step": "revoked", "row": signature.pk}, follow=True).text
    assert "it does not hold any more" in noted
    assert ConsentRevocation.objects.get().account == member.pk
    assert not next(step for step in plans.steps(visit) if step.form == "records").is_done
    assert desk.post(page, {"step": "handled", "row": 1}).status_code == 403


@pytest.mark.parametrize("model", [ConsentDocument, ConsentSignature, ConsentRevocation])
def test_proofs_are_never_changed(client, model):
    visit = make_tomorrow()
    sign(client, visit, "records")
    client.post(address(visit, "form_revoke", "records"))
    table = model._meta.db_table
    for change in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_text_that_was_replaced_while_somebody_signs_is_not_signed(client):
    visit = make_tomorrow()
    shown = ConsentDocument.current("treatment")
    assert shown is not None
    ConsentDocument.objects.create(kind="treatment", version=2, text="Other words.")
    with pytest.raises(signatures.TextChanged):
        signatures.sign(visit, shown, name="Grace", signer="patient", page="visits:form")
    assert not ConsentSignature.objects.exists()


def test_what_was_signed_and_answered_is_read_under_a_new_key_once_it_was_rotated(client, settings):
    old, new = "an old key, long and random " * 3, "a new key, long and random " * 3
    settings.RECORD_KEYS = [old]
    visit = make_tomorrow()
    sign(client, visit, "records")
    send(client, visit, "reason", reason="To sleep.")
    settings.RECORD_KEYS = [new, old]
    call_command("rotate_record_keys", stdout=StringIO())
    settings.RECORD_KEYS = [new]
    assert SignedCopy.objects.get().name == "Grace Whitfield"
    assert visit.questionnaires.get().answers["reason"] == "To sleep."
