"""A mail that a later one has overtaken was sent before, or never is."""

import time

import pytest
from django.db import transaction

from core.mail import delivery, outbox
from core.mail.models import EmailStatus, OutgoingEmail
from tests.core.mail.factories import fresh, make_email
from tests.core.mail.test_delivery import in_thread
from tests.smtp import SmtpServer

pytestmark = pytest.mark.django_db


def test_a_later_mail_drops_those_of_its_thing_that_wait():
    booked = make_email(about="appointment:1")
    other = make_email(about="appointment:2")
    cancelled = make_email(about="appointment:1", overtakes=True)
    assert fresh(booked).status == EmailStatus.DROPPED
    assert fresh(other).status == fresh(cancelled).status == EmailStatus.WAITING


def test_mails_about_nothing_overtake_nothing():
    first = make_email()
    make_email(overtakes=True)
    assert fresh(first).status == EmailStatus.WAITING


def test_what_was_dropped_is_not_sent(server):
    email = make_email(about="appointment:1")
    outbox.drop(about="appointment:1")
    delivery.deliver(email.pk)
    assert fresh(email).status == EmailStatus.DROPPED
    assert server.attempts == 0


def test_what_was_sent_stays_sent(server):
    email = make_email(about="appointment:1")
    delivery.deliver(email.pk)
    outbox.drop(about="appointment:1")
    assert fresh(email).status == EmailStatus.SENT


def test_a_failed_mail_that_was_overtaken_cannot_be_sent_again(server):
    server.recipients["grace@example.org"] = "550 No such user"
    email = make_email(about="appointment:1")
    delivery.deliver(email.pk)
    make_email(about="appointment:1", overtakes=True)
    assert fresh(email).status == EmailStatus.FAILED
    with pytest.raises(outbox.NotResendable):
        outbox.resend(email)


def sending(server: SmtpServer, email: OutgoingEmail):
    """Start a worker and return as soon as the server has the mail in its hands."""
    thread = in_thread(lambda: delivery.deliver(email.pk))
    while not server.attempts:
        time.sleep(0.01)
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("answer", "status"), [("250 OK", "sent"), ("451 Later", "dropped")])
def test_a_mail_overtaken_while_it_is_sent_is_not_tried_again(server, answer, status):
    server.delay = 0.3
    if answer != "250 OK":
        server.answer(answer)
    email = make_email(about="appointment:1")
    worker = sending(server, email)
    outbox.drop(about="appointment:1")
    worker.join()
    assert fresh(email).status == status
    delivery.deliver(email.pk)
    assert server.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_waits_for_the_change_that_is_about_to_overtake_the_mail(server):
    email = make_email(about="appointment:1")
    with transaction.atomic():
        outbox.drop(about="appointment:1")
        worker = in_thread(lambda: delivery.deliver(email.pk))
        time.sleep(0.2)
        assert worker.is_alive()
    worker.join()
    assert fresh(email).status == EmailStatus.DROPPED
    assert server.attempts == 0


def test_an_overtaken_mail_whose_worker_died_is_dropped(server):
    email = make_email(about="appointment:1")
    OutgoingEmail.objects.claim(email.pk)
    outbox.drop(about="appointment:1")
    OutgoingEmail.objects.update(lease_until="2020-01-01T00:00Z")
    delivery.release_abandoned()
    assert fresh(email).status == EmailStatus.DROPPED
