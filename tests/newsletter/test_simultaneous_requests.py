"""Two things at the same moment: one of them counts, and nobody gets what they do not want."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from core.mail.models import OutgoingEmail
from newsletter.models import Confirmation, Consent, Subscriber
from newsletter.subscription import confirm, signup, unsubscribe
from newsletter.subscription.confirm import LinkEnded
from tests.newsletter.factories import make_consent_text, make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)
Status = Subscriber.Status


def at_once(*calls) -> list:
    def run(call):
        try:
            return call()
        except LinkEnded:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def ask(email: str = "grace@example.org") -> str:
    """The token that was mailed."""
    make_consent_text()
    signup.sign_up(email, page="pages:home", network="")
    text = OutgoingEmail.objects.filter(to=email).latest("pk").text
    return text.partition("/confirm/")[2].partition("/")[0]


def test_a_link_that_is_pressed_twice_at_once_confirms_once():
    token = ask()
    at_once(*[lambda: confirm.confirm(token)] * 6)
    assert Consent.objects.count() == 1
    assert OutgoingEmail.objects.filter(template="newsletter_welcome").count() == 1


def test_two_links_to_one_address_make_one_subscriber():
    tokens = [ask(), ask()]
    at_once(*[lambda token=token: confirm.confirm(token) for token in tokens])
    assert Subscriber.objects.get().status == Status.ACTIVE
    assert OutgoingEmail.objects.filter(template="newsletter_welcome").count() == 1


def test_a_dozen_at_once_for_one_address_send_three_mails():
    make_consent_text()
    asked = [lambda: signup.sign_up("grace@example.org", page="x:y", network="")] * 12
    at_once(*asked)
    assert Confirmation.objects.count() == OutgoingEmail.objects.count() == 3


def test_leaving_twice_at_once_is_proved_once():
    subscriber = make_subscriber()
    at_once(*[lambda: unsubscribe.unsubscribe(Subscriber.objects.get(), how="one click")] * 4)
    assert Consent.objects.filter(subscriber=subscriber).count() == 1


def test_confirming_and_leaving_at_once_end_in_one_of_the_two():
    for _ in range(3):
        subscriber = make_subscriber()
        token = ask(subscriber.email)
        at_once(
            lambda token=token: confirm.confirm(token),
            lambda pk=subscriber.pk: unsubscribe.unsubscribe(
                Subscriber.objects.get(pk=pk), how="one click"
            ),
        )
        subscriber.refresh_from_db()
        last = Consent.objects.filter(subscriber=subscriber).latest("pk")
        assert (subscriber.status, last.kind) in {("left", "left"), ("active", "confirmed")}
        assert not Confirmation.objects.open().filter(address_hash=subscriber.address_hash).exists()
