"""Proofs of consent stay as they are; what names a person can be taken out and handed out."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from core.mail.models import OutgoingEmail
from core.people import email_addresses
from newsletter import links
from newsletter.models import Confirmation, Consent, ConsentText, Event, Origin, Subscriber
from newsletter.subscription import confirm, consents, erasure, signup, soft_bounces, unsubscribe
from tests.newsletter.factories import make_subscriber, make_topic

pytestmark = pytest.mark.django_db
EMAIL = "grace.canary@example.org"


def refused(sql: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", ["newsletter_consent", "newsletter_consenttext"])
def test_nobody_changes_deletes_or_truncates_a_proof(table):
    consents.record(make_subscriber(), Consent.Kind.LEFT)
    refused(f"UPDATE {table} SET id = id")
    refused(f"DELETE FROM {table}")
    refused(f"TRUNCATE {table} CASCADE")
    assert ConsentText.objects.exists()
    assert Consent.objects.exists()


def everything() -> str:
    """All rows of the newsletter, and of the outbox, as text."""
    models = (Subscriber, Consent, Origin, Confirmation, Event, OutgoingEmail)
    return str([list(model.objects.values()) for model in models])


def with_history() -> Subscriber:
    """Somebody who confirmed, had letters come back, and asked again since."""
    make_subscriber()  # the text
    signup.sign_up(EMAIL, page="pages:home", network="198.51.100.77")
    link = OutgoingEmail.objects.get(template="newsletter_confirm").text
    token = link.partition("/confirm/")[2].partition("/")[0]
    subscriber = confirm.confirm(token)
    subscriber.topics.add(make_topic())
    Event.objects.create(
        source="mailbox", event_id="1", kind="bounced", subscriber=subscriber, why=f"<{EMAIL}> full"
    )
    signup.sign_up(EMAIL, page="pages:home", network="198.51.100.77")
    OutgoingEmail.objects.filter(template="newsletter_welcome").update(
        status="sent", sent_at=timezone.now(), due_at=None
    )
    return subscriber


def test_erasing_takes_out_all_that_names_the_person_and_keeps_the_proof():
    subscriber = with_history()
    assert erasure.erase(subscriber, how="by letter")
    left = everything()
    assert "canary" not in left
    assert "198.51.100.77" not in left
    assert subscriber.topics.count() == 0
    assert [c.kind for c in Consent.objects.order_by("pk")] == ["confirmed", "erased"]
    assert not Confirmation.objects.open().exists()


@pytest.mark.parametrize("mailed", [False, True])
@pytest.mark.parametrize("who", ["who moves", "who owns the new address"])
def test_erasing_takes_out_the_address_that_somebody_wanted_to_move_to(mailed, who):
    mover = make_subscriber()
    erased = mover if who == "who moves" else make_subscriber(email=EMAIL)
    signup.request_address_change(mover, EMAIL, network="198.51.100.77")
    mail = OutgoingEmail.objects.get()
    if mailed:
        OutgoingEmail.objects.update(status="sent", sent_at=timezone.now(), due_at=None)
    erasure.erase(erased, how="by letter")
    assert "canary" not in everything()
    assert "198.51.100.77" not in everything()
    link = re.findall(r"https?://[^/]+(/newsletter/confirm/\S+)", mail.text)[0]
    assert Client().post(link).status_code == 410


def test_what_was_erased_is_known_by_its_hash_and_not_written_to():
    erasure.erase(with_history(), how="by letter")
    found = Subscriber.objects.get(address_hash=email_addresses.keyed_hash(EMAIL))
    assert found.status == Subscriber.Status.ERASED
    assert found not in Subscriber.objects.mailable()


def test_links_of_somebody_erased_say_that_no_letters_come():
    subscriber = make_subscriber()
    erasure.erase(subscriber, how="by letter")
    for path in (links.preferences_path, links.unsubscribe_path):
        assert "You get no letters from us" in Client().get(path(subscriber.key)).text


def test_erasing_twice_is_proved_once():
    subscriber = make_subscriber()
    assert erasure.erase(subscriber, how="by letter")
    assert not erasure.erase(subscriber, how="by letter")
    assert Consent.objects.filter(kind="erased").count() == 1


def test_addresses_that_were_never_confirmed_are_forgotten(settings):
    make_subscriber()
    signup.sign_up("nobody@example.org", page="pages:home", network="192.0.2.1")
    assert erasure.empty_old_confirmations() == 0
    settings.NEWSLETTER_UNCONFIRMED_DAYS = 0
    Confirmation.objects.update(expires_at=timezone.now())
    assert erasure.empty_old_confirmations() == 1
    assert Confirmation.objects.get().email == Confirmation.objects.get().network == ""


@pytest.mark.parametrize("because", [Subscriber.Status.BOUNCED, Subscriber.Status.COMPLAINED])
def test_suppressing_counts_at_once_and_is_proved(because):
    subscriber = make_subscriber()
    assert unsubscribe.suppress(subscriber, because=because, how="550 5.1.1")
    assert subscriber not in Subscriber.objects.mailable()
    assert (Consent.objects.get().kind, Consent.objects.get().how) == (because, "550 5.1.1")
    assert not unsubscribe.suppress(subscriber, because=because, how="550 5.1.1")


def test_suppressing_for_another_reason_is_a_mistake():
    with pytest.raises(ValueError, match="no reason"):
        unsubscribe.suppress(make_subscriber(), because=Subscriber.Status.LEFT, how="")


def test_passing_failures_suppress_after_so_many_in_a_row(settings):
    settings.NEWSLETTER_SOFT_BOUNCES = 3
    subscriber = make_subscriber()
    assert not soft_bounces.record_soft_bounce(subscriber, how="452 full")
    assert not soft_bounces.record_soft_bounce(subscriber, how="452 full")
    soft_bounces.reset_soft_bounces(subscriber)
    counted = [soft_bounces.record_soft_bounce(subscriber, how="452 full") for _ in range(3)]
    assert counted == [False, False, True]
    subscriber.refresh_from_db()
    assert subscriber.status == Subscriber.Status.BOUNCED
