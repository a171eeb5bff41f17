"""What patients agree to changes only by a new version; proofs are to read."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import Consent, ConsentText
from core.people import email_addresses
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_consent_texts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


ADD = reverse("admin:appointments_consenttext_add")
CONSENTS = reverse("admin:appointments_consent_changelist")


@pytest.fixture
def manager(db) -> Client:
    make_consent_texts()
    return signed_in("manager")


def test_a_new_version_begins_with_the_words_in_force(manager):
    now = ConsentText.objects.filter(kind="email")[0]
    page = manager.get(ADD, {"kind": "email"})
    assert page.context_data["adminform"].form.initial["text"] == now.text


def test_a_new_version_gets_the_next_number_and_the_old_one_stays(manager):
    versions = ConsentText.objects.filter(kind="email").values_list("version", flat=True)
    before = list(versions.all())
    manager.post(ADD, {"kind": "email", "text": "Write to me."})
    manager.post(ADD, {"kind": "email", "text": "You may write to me."})
    assert list(versions.all()) == [before[0] + 2, before[0] + 1, *before]
    texts = {text.kind: text.text for text in ConsentText.current()}
    assert texts["email"] == "You may write to me."


def test_a_version_is_never_changed_or_deleted(manager):
    text = ConsentText.objects.filter(kind="email")[0]
    change = reverse("admin:appointments_consenttext_change", args=[text.pk])
    delete = reverse("admin:appointments_consenttext_delete", args=[text.pk])
    assert manager.get(change).status_code == 200
    assert manager.post(change, {"kind": "email", "text": "Other"}).status_code == 403
    assert manager.post(delete, {"post": "yes"}).status_code == 403


def test_a_nurse_writes_no_version(db):
    nurse = signed_in("clinician")
    assert nurse.post(ADD, {"kind": "email", "text": "Other"}).status_code == 403


def test_a_proof_is_found_by_the_address_and_shows_its_words(manager):
    visit = make_appointment()
    consent = Consent.objects.create(
        text=ConsentText.objects.filter(kind="email")[0],
        appointment=visit,
        given=timezone.now(),
        page="appointments:details",
        address_hash=email_addresses.keyed_hash("grace@example.org"),
    )
    found = manager.get(CONSENTS, {"q": " Grace@Example.org"}).context["cl"].result_list
    assert [row.pk for row in found] == [consent.pk]
    assert not manager.get(CONSENTS, {"q": "g"}).context["cl"].result_list
    page = manager.get(reverse("admin:appointments_consent_change", args=[consent.pk]))
    assert consent.text.text in page.content.decode()
