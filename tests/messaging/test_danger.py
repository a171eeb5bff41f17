"""Words of danger: whom to call stands there before anything is sent; the desk has a red task."""

import pytest
from django.utils import timezone

from articles.search.crisis_terms import detect_crisis_in_message
from core.mail.models import OutgoingEmail
from messaging.danger import detect
from messaging.models import DangerAlert, Message, Thread
from tests.appointments.staff_clients import signed_in
from tests.core.staff.people import make_staff
from tests.factories import make_patient
from tests.messaging.writing import NEW, make_thread, sent
from tests.portal.signing_in import sign_in

pytestmark = pytest.mark.django_db
DANGER = "It has been a long week and I have had no sleep. " * 8 + "I want to kill myself."
CARD = "You do not have to wait for us"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


def test_the_card_comes_before_the_message_goes_and_the_desk_hears_at_once(client):
    account = sign_in(client, make_patient(last_name="Canaryvale"))
    watcher = make_staff("front desk")
    page = client.post(NEW, sent(text=DANGER), follow=True).text
    assert CARD in page
    assert 'href="tel:988"' in page
    assert "I want to kill myself." in page
    assert not Message.objects.exists()
    alert = DangerAlert.objects.get()
    assert (alert.patient, alert.thread) == (account.own_record, None)
    mail = OutgoingEmail.objects.get(to=watcher.email)
    assert "Canaryvale" not in mail.text + mail.html + mail.subject
    for role in ("front desk", "clinician", "manager"):
        desk = signed_in(role).get("/admin/to-do/").text
        assert "Speak with them now" in desk
        assert "Canaryvale" in desk
        assert "not sent yet" in desk
    assert "Canaryvale" not in signed_in("editor").get("/admin/to-do/").text
    client.post(NEW, sent(text=DANGER, anyway="1"))
    alert.refresh_from_db()
    assert alert.thread == Thread.objects.get()
    assert DangerAlert.objects.count() == 1
    assert OutgoingEmail.objects.filter(template="provider_look_now").count() == 1


def test_the_card_stands_there_while_one_types_in_the_language_of_the_words(client):
    sign_in(client, make_patient())
    kept = client.post(f"{NEW}draft/", {"text": "ya no quiero vivir"}).text
    assert 'href="sms:988?&amp;body=AYUDA"' in kept
    assert 'name="anyway"' in kept
    assert not DangerAlert.objects.exists(), "who still types has sent nothing"
    assert CARD not in client.post(f"{NEW}draft/", {"text": "thank you"}).text


def test_whoever_has_looked_after_it_says_so_once_and_the_front_desk_reads_the_thread():
    thread = make_thread(text=DANGER)
    path = f"/admin/messages/{thread.pk}/"
    alert = DangerAlert.objects.get(thread=thread)
    desk = signed_in("front desk", name="Robin Vale")
    page = desk.get(path).text
    assert "kill myself" in page
    assert 'value="send"' not in page, "the care team answers"
    assert desk.post(path, {"step": "close"}).status_code == 403
    assert desk.post(f"{path}draft/", {"text": "I answer"}).status_code == 403
    handled = f"/admin/message-alerts/{alert.pk}/handled/"
    assert signed_in("editor").post(handled).status_code == 403
    assert "Noted" in desk.post(handled, follow=True).text
    assert "Somebody else has" in desk.post(handled, follow=True).text
    alert.refresh_from_db()
    assert alert.handled_by == "Robin Vale"
    assert desk.get(path).status_code == 403, "there is no reason any more"


def test_a_restricted_patient_stands_before_those_alone_who_may_find_them():
    thread = make_thread(make_patient(last_name="Canaryvale"), text=DANGER)
    thread.patient.restricted_at = timezone.now()
    thread.patient.save()
    assert "Canaryvale" not in signed_in("front desk").get("/admin/to-do/").text
    assert "Canaryvale" in signed_in("manager").get("/admin/to-do/").text


@pytest.mark.parametrize(
    "usual",
    [
        "Can you help me move my visit to Friday?",
        "My emergency contact has a new number.",
        "¿Me puede ayudar con la cita? Mi contacto de emergencia es otro.",
        "I took my medicine at 8 and it tastes bad, is that usual? " * 10,
        "word " * 24 + "and I need some help",
    ],
)
def test_what_people_write_every_day_is_no_danger(usual):
    assert detect(usual) is None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (DANGER, "suicide"),
        ("x " * 500 + "took too many pills", "overdose"),
        ("a " * 19 + "I want to kill my self now and then", "suicide"),
        ("I think I overdosed. " + "b " * 90 + "no quiero vivir", "suicide"),
        ("help me", "emergency"),
    ],
)
def test_danger_is_found_wherever_it_stands_in_a_long_message(words, kind):
    assert detect_crisis_in_message(words).kind == kind
