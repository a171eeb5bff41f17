"""The demo clinic has a few texts to look at, and sends none."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appointments.models import Appointment
from core.sms import delivery
from core.sms.models import OutgoingText, SmsConsent
from demo import texts
from demo.patients import DOMAIN
from tests.factories import make_appointment, make_patient, make_service
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db


def test_the_demo_has_texts_once_and_no_worker_sends_them(settings, mailoutbox):
    settings.SMS_PROVIDERS = ["development://"]
    make_practice()
    now, service = timezone.now(), make_service()
    for nth in range(texts.COUNT):
        make_appointment(
            service=service,
            patient=make_patient(email=f"one{nth}@{DOMAIN}", phone=f"+1615555011{nth}"),
            starts_at=now + timedelta(days=3, hours=nth),
        )
    for _ in range(2):
        texts.create_texts(now)
    rows = OutgoingText.objects.all()
    assert (rows.count(), rows.undelivered().count()) == (texts.COUNT, 1)
    assert SmsConsent.objects.count() == texts.COUNT
    assert Appointment.objects.filter(by_text=True).count() == texts.COUNT
    for row in rows:
        delivery.deliver(row.pk)
    assert mailoutbox == []


def test_where_no_texts_are_sent_there_are_none(settings):
    settings.SMS_PROVIDERS = []
    make_appointment(patient=make_patient(email=f"one@{DOMAIN}"))
    texts.create_texts(timezone.now() - timedelta(days=7))
    assert not OutgoingText.objects.exists()
