"""The life of an issue. This module alone changes its status.

draft → scheduled → sending ⇄ paused → sent; cancelled from any of these but sent; held, where its
time was missed by hours. Every change is one conditional UPDATE: of two at once, one wins.
"""

import logging
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from core.cache import pages
from core.database import database_time
from core.practice.models import Practice
from newsletter.delivery import dispatch
from newsletter.issues import checks, rendering, staff_emails
from newsletter.models import Batch, Delivery, Issue

log = logging.getLogger(__name__)
Status = Issue.Status
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)
ARCHIVE_TAG = "newsletter"
GRACE = timedelta(minutes=1)
LATE = timedelta(hours=6)  # missed by more, an issue is held for staff


class NotPossible(Exception):
    """The step does not fit where the issue stands. Its words are for staff."""


def schedule(issue: Issue, *, at: datetime, zone: str) -> None:
    """Plan it for this moment. `zone` is the one that staff planned it in."""
    if at <= database_time.now():
        raise NotPossible(_("This time has passed. Choose a later one, or send it now."))
    check_ready(issue)
    _change(issue, Issue.EDITABLE, status=Status.SCHEDULED, send_at=at, zone=zone, reason="")


def take_back(issue: Issue) -> None:
    """Make a planned issue a draft again."""
    _change(issue, (Status.SCHEDULED, Status.HELD), status=Status.DRAFT, send_at=None, reason="")


def send_soon(issue: Issue) -> None:
    """Let it be sent in a minute, as staff do by "Send now": until then `take_back` stops it."""
    check_ready(issue)
    zone = Practice.current().time_zone
    soon = Now() + GRACE
    _change(issue, Issue.EDITABLE, status=Status.SCHEDULED, send_at=soon, zone=zone, reason="")


def send_now(issue: Issue) -> None:
    """Start sending. Recipients are frozen first, by the worker that begins."""
    check_ready(issue)
    _change(issue, Issue.EDITABLE, status=Status.SENDING, started_at=Now(), reason="")
    dispatch.dispatch_on_commit(issue.pk)


def pause(issue: Issue, *, because: str = "") -> None:
    """Stop for staff: nothing goes on by itself. Workers notice before their next mail."""
    running = (Status.SENDING, Status.PAUSED)
    _change(issue, running, status=Status.PAUSED, reason=because[:300], resumes_at=None)


def resume(issue: Issue) -> None:
    """Go on with a paused issue."""
    _change(issue, (Status.PAUSED,), status=Status.SENDING, reason="", resumes_at=None)
    dispatch.dispatch_on_commit(issue.pk)


def cancel(issue: Issue) -> None:
    """End it for good. What has gone out stays sent; the rest never goes."""
    ended = {"status": Status.CANCELLED, "finished_at": Now(), "resumes_at": None, "reason": ""}
    _change(issue, (*Issue.EDITABLE, Status.SENDING, Status.PAUSED), **ended)


def pause_and_retry(pk: int, *, because: str) -> None:
    """Pause while the mail server is away, and go on later; each time in a row twice as long."""
    issue = Issue.objects.running().filter(pk=pk).first()
    if issue is None:
        return
    pause = min(FIRST_PAUSE * 2 ** min(issue.retries, 12), LONGEST_PAUSE)
    pause *= random.uniform(0.8, 1.2)  # noqa: S311  spreads the load, guards nothing
    Issue.objects.running().filter(pk=pk).update(
        status=Status.PAUSED,
        reason=because[:300],
        resumes_at=Now() + pause,
        retries=F("retries") + 1,
    )


@transaction.atomic
def pause_for_staff(pk: int, *, because: str) -> None:
    """Pause until staff resume it, and tell them: servers refuse one mail after the other."""
    paused = (
        Issue.objects.running()
        .filter(pk=pk)
        .update(status=Status.PAUSED, reason=because[:300], resumes_at=None)
    )
    if paused:
        staff_emails.notify_paused(pk)


def reset_retries(pk: int) -> None:
    """Let the next pause be a short one again: mail goes through."""
    Issue.objects.filter(pk=pk, retries__gt=0).update(retries=0)


def retry_due() -> list[int]:
    """Resume what paused by itself, once its time has come; return which."""
    due = Issue.objects.filter(status=Status.PAUSED, resumes_at__lte=Now())
    return [pk for pk in due.values_list("pk", flat=True) if _retry(pk)]


def _retry(pk: int) -> bool:
    due = Issue.objects.filter(pk=pk, status=Status.PAUSED, resumes_at__lte=Now())
    return bool(due.update(status=Status.SENDING, reason="", resumes_at=None))


def start_due() -> list[int]:
    """Start what is scheduled for now, and return which; hold for staff what is hours late."""
    due = Issue.objects.filter(status=Status.SCHEDULED, send_at__lte=Now())
    due.filter(send_at__lt=Now() - LATE).update(status=Status.HELD)
    return [pk for pk in due.values_list("pk", flat=True) if _start(pk)]


def _start(pk: int) -> bool:
    due = Issue.objects.filter(pk=pk, status=Status.SCHEDULED, send_at__lte=Now())
    return bool(due.update(status=Status.SENDING, started_at=Now()))


def hold_for_review(*, because: str, begun: Iterable[int]) -> int:
    """Let no issue start or go on by itself; return how many had to be stopped. After a restore.

    `begun` are those that began after the backup was made, whatever they are in it.
    """
    held = {"status": Status.HELD, "reason": because[:300], "resumes_at": None}
    paused = held | {"status": Status.PAUSED}
    waits = Q(status=Status.SCHEDULED) | Q(pk__in=list(begun), status__in=Issue.EDITABLE)
    stopped = Issue.objects.filter(status__in=[Status.SENDING, Status.PAUSED]).update(**paused)
    return stopped + Issue.objects.filter(waits).update(**held)


@transaction.atomic
def freeze(pk: int) -> bool:
    """Write down who gets it and the e-mail itself, once; return False if it is not being sent."""
    issue = Issue.objects.select_for_update().filter(pk=pk, status=Status.SENDING).first()
    if issue is None:
        return False
    if issue.frozen_at:
        return True
    issue.cards = rendering.cards(issue)
    rendered = rendering.render(issue)
    total = _freeze_recipients(issue)
    Issue.objects.filter(pk=pk).update(
        frozen_at=Now(),
        total=total,
        cards=issue.cards,
        email_html=rendered.html,
        email_text=rendered.text,
    )
    return True


def _freeze_recipients(issue: Issue) -> int:
    audience = issue.audience().order_by("pk").values("pk", "email")
    chosen, values = audience.query.sql_with_params()
    with connection.cursor() as cursor:
        # A million rows take longer than any page may.
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute(
            f"""
            INSERT INTO newsletter_delivery
                (issue_id, subscriber_id, due_at, tries, status, domain, reason)
            SELECT %s, a.id, statement_timestamp(), 0, 'waiting', split_part(a.email, '@', -1), ''
              FROM ({chosen}) AS a (id, email)
            ON CONFLICT DO NOTHING
            """,  # noqa: S608  (Django's own SQL, its values apart)
            [issue.pk, *values],
        )
        return cursor.rowcount


def finish(pk: int) -> bool:
    """Call it sent, if nothing waits and no worker holds any of it; return whether it is."""
    waiting = Delivery.objects.filter(issue_id=pk, batch=None).exists()
    if waiting or Batch.objects.open().filter(issue_id=pk).exists():
        return False
    frozen = Issue.objects.running().filter(pk=pk, frozen_at__isnull=False)
    done = frozen.update(status=Status.SENT, finished_at=Coalesce("finished_at", Now()), retries=0)
    if done:
        pages.drop(ARCHIVE_TAG)
    return bool(done)


@transaction.atomic
def record_past(issue: Issue, *, sent_at: datetime) -> None:
    """Put a draft into the archive as if it had been sent then, to nobody. For demo data."""
    cards = rendering.cards(issue)
    rendered = rendering.render(issue)
    ended = {"status": Status.SENT, "started_at": sent_at, "frozen_at": sent_at}
    texts = {"cards": cards, "email_html": rendered.html, "email_text": rendered.text}
    _change(issue, (Status.DRAFT,), **ended, **texts, finished_at=sent_at)


@transaction.atomic
def resend(delivery: Delivery) -> None:
    """Send an uncertain one once more, because staff say so: its reader may get it twice."""
    _decide(delivery, status=Delivery.Status.WAITING, batch=None, due_at=Now(), reason="")
    Batch.objects.filter(pk=delivery.batch_id or 0).update(uncertain=F("uncertain") - 1)
    sent = Issue.objects.filter(pk=delivery.issue_id, status=Status.SENT)
    sent.update(status=Status.SENDING)
    dispatch.dispatch_on_commit(delivery.issue_id)


@transaction.atomic
def mark_sent(delivery: Delivery) -> None:
    """Take an uncertain one as sent, because staff know that it arrived."""
    _decide(delivery, status=Delivery.Status.SENT, reason="")
    Batch.objects.filter(pk=delivery.batch_id or 0).update(
        uncertain=F("uncertain") - 1, sent=F("sent") + 1
    )


def _decide(delivery: Delivery, **changes: Any) -> None:
    uncertain = Delivery.objects.uncertain().filter(Q(batch__finished_at__isnull=False))
    if not uncertain.filter(pk=delivery.pk).update(**changes):
        raise NotPossible(_("This one is not uncertain any more."))


def _change(issue: Issue, statuses: tuple[str, ...], **changes: Any) -> None:
    if not Issue.objects.filter(pk=issue.pk, status__in=statuses).update(**changes):
        raise NotPossible(
            _("This is not possible now: somebody, or a worker, was faster. Look again.")
        )
    issue.refresh_from_db()
    pages.drop(ARCHIVE_TAG)


def check_ready(issue: Issue) -> None:
    """Raise NotPossible, saying what has to be mended before it can go out."""
    for problem in checks.quick_checks(issue):
        if problem.stops:
            raise NotPossible(problem.text)
