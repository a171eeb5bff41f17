"""Whoever is signed in sees who has seen their record, takes a copy, and asks to have it erased."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from appointments.models import Appointment, PrivacyRequest, Status
from appointments.patient_records import privacy_requests
from core.mail.models import OutgoingEmail
from core.sms.models import OutgoingText
from core.staff.audit import trail
from core.staff.models import AuditEvent
from portal import contact_preferences
from portal.models import ContactPoint, PatientAccount
from tests.core.mail.test_templates import TELLING, TELLING_IN_SPANISH
from tests.core.sms.factories import agree
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_patient, monday
from tests.pages.factories import make_practice
from tests.portal.signing_in import make_account, sign_in, sign_in_to

pytestmark = pytest.mark.django_db
RECORD, SEEN, FILE, ERASE = (f"/me/record/{part}" for part in ("", "seen/", "file/", "erase/"))


@pytest.fixture
def visit() -> Appointment:
    return make_appointment(patient=make_patient(), starts_at=monday(weeks=-1), status="completed")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def account(client, visit) -> PatientAccount:
    return sign_in(client, visit.patient)


def note(user, action: str, model: str, *pks: int) -> AuditEvent:
    return trail.record(None, action, user=user, model=f"appointments.{model}", object_pks=pks)


# ── who has seen it ──


def test_the_trail_is_told_in_words_and_of_ones_own_alone(client, account, visit):
    robin = make_staff("front desk", name="Robin Vale")
    dana = make_staff("clinician", name="Dana Whitlow")
    other = make_patient(email="other@example.org")
    note(robin, "view", "patient", visit.patient_id)
    note(robin, "list", "appointment", visit.pk, 4711)
    note(robin, "cancel", "appointment", visit.pk)
    note(dana, "view", "appointment", visit.pk)
    note(make_staff("manager", name="Nobody Seen"), "view", "patient", other.pk)
    shown = client.get(RECORD).content.decode()
    for words in (
        "Robin Vale",
        "Front desk",
        "opened your record",
        "saw you on a list",
        "cancelled a visit of yours",
        "Dana Whitlow",
        "Clinician",
        "opened a visit of yours",
    ):
        assert words in shown, words
    assert "Nobody Seen" not in shown
    assert "@" not in shown.split("<main")[1]
    assert "Robin Vale" in client.get(SEEN).content.decode()


def test_a_long_trail_goes_on_upon_another_page(client, account, visit, monkeypatch):
    monkeypatch.setattr("portal.seen_by.AT_ONCE", 2)
    for name in ("Ann First", "Bea Second", "Cy Third"):
        note(make_staff("front desk", name=name), "view", "patient", visit.patient_id)
    first = client.get(SEEN).content.decode()
    assert "Cy Third" in first
    assert "Ann First" not in first
    query = first.split('href="?')[1].split('"')[0].replace("&amp;", "&")
    assert "Ann First" in client.get(f"{SEEN}?{query}").content.decode()


# ── a copy ──


def test_a_copy_leaves_with_a_row_of_the_trail_and_a_name_that_says_nothing(client, account, visit):
    answer = client.post(FILE, {"kind": "json"})
    assert answer["Content-Disposition"] == 'attachment; filename="record.json"'
    assert "no-store" in answer["Cache-Control"]
    kept = json.loads(answer.content)
    assert kept["record"]["first name"] == visit.patient.first_name
    assert visit.key not in answer.content.decode()
    pdf = client.post(FILE, {"kind": "pdf"})
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    fhir = client.post(FILE, {"kind": "fhir"})
    assert fhir["Content-Disposition"] == 'attachment; filename="record.fhir.json"'
    assert json.loads(fhir.content)["resourceType"] == "Bundle"
    rows = AuditEvent.objects.filter(action="export", user_pk=account.user_id)
    assert set(rows.values_list("model", flat=True)) == {
        "appointments.patient",
        "appointments.appointment",
    }
    shown = client.get(RECORD).content.decode()
    assert "You, or who stands for you" in shown
    assert "made a copy of your record" in shown
    assert {str(row.who) for row in rows} == {"The patient, or who stands for them"}


def test_who_signed_in_a_while_ago_signs_in_again_before_a_copy_or_an_erasure(client, visit):
    account = make_account(visit.patient)
    device = sign_in_to(client, account)
    device.signed_in_at = timezone.now() - timedelta(minutes=16)
    device.save()
    for page, sent in ((FILE, {"kind": "json"}), (ERASE, {})):
        answer = client.post(page, sent)
        assert answer.url.startswith("/me/sign-in/?next=%2Fme%2Frecord%2F"), page
    assert not PrivacyRequest.objects.exists()
    assert not AuditEvent.objects.filter(action="export").exists()


def test_another_persons_record_is_as_one_that_there_is_not(client, account):
    other = make_patient(email="other@example.org")
    for page in (RECORD, SEEN, "/me/preferences/"):
        assert client.get(f"{page}?who={other.pk}").status_code == 404
    for page in (FILE, ERASE):
        assert client.post(page, {"who": other.pk, "kind": "json"}).status_code == 404
    assert client.get(FILE).status_code == 405
    inside = client.get("/me/visits/999999/")
    assert inside.status_code == 404
    assert "no-store" in inside["Cache-Control"]
    assert "This is not in your place" in inside.text
    assert "portal-menu" in inside.text


def test_who_has_no_record_yet_is_led_to_where_they_find_it(client):
    sign_in(client)
    for page in (RECORD, SEEN, "/me/preferences/"):
        assert client.get(page).url == "/me/who/"
    assert client.post(FILE, {"kind": "json"}).status_code == 404


# ── erasing ──


def test_what_is_asked_for_takes_one_of_the_staff_and_names_nobody(client, account, visit):
    shown = client.get(RECORD).content.decode()
    assert "the record of 1 visit that took place" in shown
    client.post(ERASE)
    asked = PrivacyRequest.objects.get()
    assert (asked.kind, asked.asked_by) == ("erase", privacy_requests.PATIENT)
    assert visit.patient.last_name not in asked.asked_by + asked.reason
    client.post(ERASE)
    assert PrivacyRequest.objects.count() == 1
    assert "Take it back" in client.get(RECORD).content.decode()
    officer = make_staff("privacy officer")
    privacy_requests.confirm(asked, by=officer)
    asked.refresh_from_db()
    assert (asked.status, asked.decided_by_pk) == ("done", officer.pk)
    visit.patient.refresh_from_db()
    assert visit.patient.is_restricted


def test_it_can_be_taken_back_by_who_asked_and_not_what_the_clinic_asked(client, account, visit):
    client.post(ERASE)
    client.post(ERASE, {"step": "withdraw"})
    assert PrivacyRequest.objects.get().status == "withdrawn"
    asked = privacy_requests.ask(
        visit.patient, "restrict", reason="Asked", by=make_staff("front desk")
    )
    assert "Take it back" not in client.get(RECORD).content.decode()
    client.post(ERASE, {"step": "withdraw"})
    asked.refresh_from_db()
    assert asked.status == "asked"


def test_who_has_a_visit_ahead_is_told_to_cancel_it_first(client, visit):
    make_appointment(
        patient=visit.patient, service=visit.service, starts_at=monday(), status=Status.BOOKED
    )
    sign_in(client, visit.patient)
    shown = client.get(RECORD).content.decode()
    assert "You have 1 visit ahead. Cancel it first." in shown
    assert "Ask to have it erased" not in shown


def told() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(template="portal_request").order_by("pk"))


def read_all(mails: list[OutgoingEmail]) -> str:
    """What stands in them, which must give nothing away."""
    words = "\n".join(f"{mail.subject}\n{mail.text}" for mail in mails)
    for telling in (TELLING, TELLING_IN_SPANISH):
        assert not telling.search(words), telling.search(words)
    return words


def test_who_asks_is_told_that_it_came_and_that_it_was_done_with_what_the_law_keeps(
    client, account, visit
):
    make_practice()
    client.post(ERASE)
    client.post(ERASE)  # it is asked already
    [mail] = told()
    assert (mail.to, mail.subject) == (visit.patient.email, "We have your request")
    assert "If it was not you, call us now." in read_all([mail])
    privacy_requests.confirm(PrivacyRequest.objects.get(), by=make_staff("privacy officer"))
    _, done = told()
    assert (done.to, done.status) == (visit.patient.email, "waiting")
    assert "The law has us keep a part of it until" in read_all([done])
    assert "/me/" not in done.text
    assert not PatientAccount.objects.exists()


def test_where_nothing_is_kept_or_it_is_refused_the_mail_says_so_in_their_language(client):
    make_practice()
    for nth, decide in enumerate((privacy_requests.confirm, privacy_requests.refuse)):
        patient = make_patient(phone=f"+1615555012{nth}")
        make_appointment(patient=patient, starts_at=monday(f"1{nth}:00"), status="cancelled")
        account = sign_in(client, patient)
        contact_preferences.choose(patient, by_mail=True, contact="call", language="es")
        client.post(ERASE)
        decide(PrivacyRequest.objects.latest("pk"), by=make_staff("privacy officer"))
        assert PatientAccount.objects.filter(pk=account.pk).exists() == (nth == 1)
    said = read_all(told())
    assert "Subject" not in said
    assert "Este es nuestro último mensaje." in said
    assert "No lo hemos hecho." in said
    assert len(told()) == 4


def test_who_wants_no_mail_is_told_by_text_and_what_staff_asked_for_is_told_to_nobody(
    client, visit, settings
):
    settings.SMS_PROVIDERS = ["development://"]
    make_practice()
    number = "+16155550117"
    account = sign_in(client, visit.patient)
    values = {"kind": "phone", "value": number, "proved_at": timezone.now()}
    ContactPoint.objects.create(account=account, **values)
    contact_preferences.choose(visit.patient, by_mail=False, contact="call", language="en")
    robin = make_staff("privacy officer")
    staffs = privacy_requests.ask(visit.patient, "erase", reason="", by=make_staff("front desk"))
    privacy_requests.refuse(staffs, by=robin)
    agree(number)
    client.post(ERASE)
    privacy_requests.confirm(PrivacyRequest.objects.latest("pk"), by=robin)
    assert told() == []
    first, last = OutgoingText.objects.order_by("pk")
    assert (first.to, first.status) == (number, "dropped")  # the newer one says more
    assert "your request is decided" in last.text
