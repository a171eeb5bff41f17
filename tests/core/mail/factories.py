"""Rows of the outbox for the tests, written as other apps write them."""

from itertools import count
from typing import Any

from core.mail import outbox
from core.mail.models import OutgoingEmail

numbers = count(1)


def make_email(template: str = "mail_test", *, key: str = "", **fields: Any) -> OutgoingEmail:
    """A waiting e-mail with a key of its own."""
    fields = {"key": key or f"test:{next(numbers)}", "to": "grace@example.org"} | fields
    email = outbox.enqueue(template, **fields)
    assert email is not None
    return email


def claimed(email: OutgoingEmail) -> OutgoingEmail:
    """The same e-mail in the hands of a worker."""
    mine = OutgoingEmail.objects.claim(email.pk)
    assert mine is not None
    return mine


def fresh(email: OutgoingEmail) -> OutgoingEmail:
    """The row as the database holds it now."""
    return OutgoingEmail.objects.get(pk=email.pk)
