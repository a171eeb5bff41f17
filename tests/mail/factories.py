"""Rows of the outbox for the tests, written as other apps write them."""

from itertools import count

from curednation.mail import outbox
from curednation.mail.models import OutgoingEmail

numbers = count(1)


def make_email(*, to: str = "grace@example.org", key: str = "", **fields) -> OutgoingEmail:
    """A waiting test message with a key of its own."""
    email = outbox.enqueue("mail_test", key=key or f"test:{next(numbers)}", to=to, **fields)
    assert email is not None
    return email


def fresh(email: OutgoingEmail) -> OutgoingEmail:
    """The row as the database holds it now."""
    return OutgoingEmail.objects.get(pk=email.pk)
