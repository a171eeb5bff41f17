"""What the database itself refuses, whoever writes."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from core.mail.models import OutgoingEmail
from tests.core.mail.factories import make_email

NOW = timezone.now()


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("mail_status_is_known", {"status": "lost", "due_at": None}),
        ("mail_is_due_only_while_waiting", {"due_at": None}),
        ("mail_is_due_only_while_waiting", {"status": "dropped"}),
        ("mail_is_claimed_only_while_sending", {"lease_until": NOW}),
        ("mail_is_claimed_only_while_sending", {"status": "sending", "due_at": None}),
        ("mail_sent_has_its_time", {"status": "sent", "due_at": None}),
        ("mail_sent_has_its_time", {"sent_at": NOW}),
        ("mail_failed_says_why", {"status": "failed", "due_at": None}),
        ("mail_overtaken_does_not_wait", {"overtaken": True}),
        ("mail_purged_holds_nobody", {"purged_at": NOW}),
    ],
)
def test_the_database_keeps_the_rule(db, rule, values):
    make_email()
    with pytest.raises(IntegrityError, match=rule):
        OutgoingEmail.objects.update(**values)


def test_a_key_is_written_once(db):
    email = make_email()
    email.pk = None
    with pytest.raises(IntegrityError, match="mail_written_once_per_key"):
        email.save()
