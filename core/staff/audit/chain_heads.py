"""The head of the chain, written down where the site's database role cannot reach it."""

import logging
import os
from datetime import date

from django.conf import settings
from django.urls import reverse

from core.mail import outbox
from core.staff.audit.hash_chain import Head

log = logging.getLogger(__name__)


def log_line(head: Head) -> None:
    """Write the head to the log."""
    log.info("the chain of proofs has %s rows, head %s", head.rows, head.hash)


def publish(head: Head, today: date) -> None:
    """Write the head to the log and to the file, if named, and mail it to the privacy officer.

    At most one mail a day. It holds how many rows, a hash and a time, nothing about anybody.
    """
    if head.at is None:
        return
    log_line(head)
    if settings.PRIVACY_OFFICER_EMAIL:
        outbox.enqueue(
            "chain_head",
            key=f"chain-head:{today}",
            to=settings.PRIVACY_OFFICER_EMAIL,
            about="chain-head",
            count=head.rows,
            hash=head.hash,
            at=head.at,
            link=settings.SITE_URL + reverse("admin:staff_auditevent_changelist"),
        )
    if settings.CHAIN_HEADS_FILE:
        with open(settings.CHAIN_HEADS_FILE, "a") as file:  # noqa: PTH123  appended, never replaced
            file.write(f"{head.at.isoformat()} {head.rows} {head.hash}\n")
            file.flush()
            os.fsync(file.fileno())
