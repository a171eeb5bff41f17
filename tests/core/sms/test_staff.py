"""Texts as staff and whoever runs the site see them: failures, consents, figures, restores."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.monitoring.results import Level
from core.sms import after_restore, consents, delivery, health_checks, phone_states
from core.sms.models import OutgoingText, SmsConsent, SmsConsentText
from curednation.doctor.texts import check_texts
from tests.core.sms.factories import NUMBER, agree, fresh, make_failed_text, make_text
from tests.core.staff.people import make_manager, make_staff, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client) -> Client:
    return sign_in(client, make_staff("front desk"))


@pytest.fixture
def manager() -> Client:
    return sign_in(Client(), make_manager())


def test_a_text_that_failed_is_on_the_first_page_and_can_be_sent_again(texts, desk, mailoutbox):
    text = make_failed_text()
    assert "1 text failed this week" in desk.get(reverse("admin:to_do")).text
    page = desk.get(reverse("admin:sms_outgoingtext_change", args=[text.pk])).text
    assert "21614" in page
    sent = {"action": "send_again", "_selected_action": [text.pk]}
    desk.post(reverse("admin:sms_outgoingtext_changelist"), sent)
    delivery.deliver(text.pk)
    assert (fresh(text).status, len(mailoutbox)) == ("sent", 1)


def test_nobody_reads_a_code_or_a_private_link_of_a_text(texts, manager):
    agree()
    code = make_text(code="424242")
    text = make_text("appointment_ready", link="https://a.example/t/secretsecretsecretsecr")
    for row in (code, text):
        page = manager.get(reverse("admin:sms_outgoingtext_change", args=[row.pk])).text
        assert "424242" not in page
        assert "secretsecret" not in page
    assert "https://a.example/…" in page


def test_a_text_is_found_by_its_whole_number_however_it_is_written(texts, desk):
    make_failed_text()
    found = desk.get(reverse("admin:sms_outgoingtext_changelist"), {"q": "(615) 555-0142"})
    assert found.context["cl"].result_count == 1
    none = desk.get(reverse("admin:sms_outgoingtext_changelist"), {"q": "555"})
    assert none.context["cl"].result_count == 0


def test_what_is_known_of_a_number_stands_on_its_texts(texts, desk):
    text = make_failed_text()
    address = reverse("admin:sms_outgoingtext_change", args=[text.pk])
    assert "Nothing is known against it" in desk.get(address).text
    phone_states.record_unreachable(NUMBER, "landline")
    assert "a landline, or nobody" in desk.get(address).text
    consents.stop(NUMBER, event="e")
    assert "It answered STOP" in desk.get(address).text


def test_a_consent_is_found_by_the_number_and_shows_its_words(desk):
    agree(language="es")
    found = desk.get(reverse("admin:sms_smsconsent_changelist"), {"q": "615-555-0142"})
    [consent] = found.context["cl"].result_list
    page = desk.get(reverse("admin:sms_smsconsent_change", args=[consent.pk])).text
    assert "Puedo responder STOP o ALTO" in page
    assert NUMBER not in page


def test_new_words_are_a_new_version_and_the_next_form_asks_for_them(manager):
    before = consents.current_text()
    words = {"text": "Text me.", "text_es": "Envíenme mensajes."}
    manager.post(reverse("admin:sms_smsconsenttext_add"), words)
    after = consents.current_text()
    assert (after.version, after.text) == (before.version + 1, "Text me.")
    assert SmsConsentText.objects.count() == 2


def test_the_figures_say_what_texts_cost(texts, manager, settings):
    settings.SMS_PRICE = Decimal("0.02")
    OutgoingText.objects.filter(pk=make_text().pk).update(
        status="sent", due_at=None, sent_at=timezone.now(), parts=2
    )
    OutgoingText.objects.filter(pk=make_text().pk).update(
        status="sent", due_at=None, sent_at=timezone.now(), cost="0.50", delivered_at=timezone.now()
    )
    make_failed_text()
    page = manager.get(reverse("admin:figures_texts"), {"csv": "cost-of-texts"})
    [row] = [line for line in page.text.splitlines() if "0.54" in line]
    assert row.endswith("3,0.54,0.50")
    page = manager.get(reverse("admin:figures_texts"), {"csv": "texts-by-week"}).text
    assert any(line.endswith(",1,1,0,1,3") for line in page.splitlines())


def test_the_status_says_that_texts_wait_or_are_refused(texts):
    assert {result.level for result in _looked()} == {Level.OK}
    waiting = make_text()
    hour_ago = timezone.now() - timedelta(hours=1)
    OutgoingText.objects.filter(pk=waiting.pk).update(due_at=hour_ago)
    assert [result.level for result in _looked()] == [Level.ERROR, Level.OK]
    for _ in range(3):
        make_failed_text()
    assert [result.level for result in _looked()] == [Level.ERROR, Level.ERROR]
    assert NUMBER not in str(_looked())


def _looked() -> list:
    return [*health_checks.check_waiting(), *health_checks.check_provider()]


def test_a_site_without_texts_says_nothing_of_them(settings):
    settings.SMS_PROVIDERS = []
    assert _looked() == []
    [told] = check_texts()
    assert (told.level, "off" in told.sentence) == (Level.OK, True)


def test_the_doctor_says_where_the_provider_reports_and_that_it_needs_https(settings):
    settings.SMS_PROVIDERS = ["twilio://AC1:token@api.twilio.com?from=+16155550100"]
    settings.SITE_URL = "http://www.example.org"
    assert [each.level for each in check_texts()] == [Level.ERROR]
    settings.SITE_URL = "https://www.example.org"
    [told] = check_texts()
    assert "https://www.example.org/texts/webhooks/twilio/" in told.sentence
    assert "token" not in str(told)
    settings.SITE_URL = f"https://{'a-long-name.' * 4}example.org"
    assert [each.level for each in check_texts()] == [Level.OK, Level.WARNING]


def test_after_a_restore_nobody_is_texted_twice_or_after_stop(texts):
    since = timezone.now() - timedelta(minutes=1)
    agree()
    sent, waiting = make_text(key="sent"), make_text(key="waits")
    OutgoingText.objects.filter(pk=sent.pk).update(
        status="sent", due_at=None, sent_at=timezone.now()
    )
    consents.stop(NUMBER, event="e1")
    told, stopped = after_restore.sent_since(since), after_restore.taken_back_since(since)
    assert NUMBER not in str(told) + str(stopped)
    # What the backup brings back: the text waits, and nobody has said STOP.
    OutgoingText.objects.all().delete()
    phone_states.record_started(NUMBER)
    again = make_text(key="sent")
    assert after_restore.mark_sent(told) == 1
    assert (fresh(again).status, fresh(again).text) == ("sent", "")
    assert after_restore.take_back_again(stopped) == 0  # this proof was there
    assert not consents.in_force(NUMBER)
    assert phone_states.of(NUMBER).stopped
    make_failed_text()
    OutgoingText.objects.filter(status="failed").update(status="waiting", due_at=timezone.now())
    assert after_restore.hold_what_waits() == 1
    assert waiting.key == "waits"
    assert SmsConsent.objects.filter(kind="stopped").count() == 1
