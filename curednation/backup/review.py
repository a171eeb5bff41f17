"""After a restore: what is known is done again, what nobody knows is left to staff, in one go.

Everything here is one transaction, and ends before the site's own role may read a table.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import chain

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.booking import after_restore as visits
from appointments.emails import daily_digest, reminders
from appointments.patient_records import privacy_requests as records
from appointments.waitlist import after_restore as waitlist
from articles.comments import after_restore as comments
from articles.comments import emails as comment_emails
from core.api import after_restore as api_keys
from core.database import database_time
from core.mail import after_restore as mails
from core.monitoring.models import BackupRun, RestoreRun
from core.sms import after_restore as texts
from core.staff.accounts import after_restore as staff
from core.staff.audit import hash_chain, trail
from core.webhooks import after_restore as webhooks
from curednation.backup.archive import Manifest
from curednation.backup.change_list import Changes
from newsletter.issues import workflow
from newsletter.subscription import after_restore as readers
from portal import after_restore as portal

# Rows that were written since the backup had keys that mails, links and reports still name: what
# is written from now on must have others. An identity of 4 bytes has 2,147 million.
SKIPPED = {"bigint": 10_000_000, "integer": 1_000_000, "smallint": 0}
# What writes mails that follow from what stands in the tables. All that they would write now was
# due before the restore, and may have gone out.
DERIVED: tuple[Callable[[], object], ...] = (
    reminders.write_due,
    daily_digest.write_daily_digests,
    lambda: comment_emails.email_moderators(database_time.now()),
)


HELD = gettext_lazy(
    "E-mails that may have gone out, or not: %d. Look at “E-mails that failed, by the reason”, and "
    "send them again or leave them."
)


def settle(manifest: Manifest, since: Sequence[Changes], *, nothing_since: bool) -> list[str]:
    """Do all of it, and return what staff should know, a sentence each.

    With `nothing_since` the site had been stopped before the backup was made: nothing is in doubt,
    and what waited goes out.
    """
    told = [] if nothing_since else _review(manifest, since)
    staff.end_sessions()
    BackupRun.objects.all().delete()  # they are about files of another machine
    until = max((each.until for each in since), default=manifest.started_at)
    RestoreRun.objects.create(
        backup_at=manifest.started_at, known_until=until, notes="\n".join(told)
    )
    trail.record(None, "restored")
    hash_chain.seal()  # what was brought back of proofs, too
    return told


def _review(manifest: Manifest, since: Sequence[Changes]) -> list[str]:
    _skip_keys()
    marked = mails.mark_sent(_all(each.mails for each in since))
    texted = texts.mark_sent(_all(each.texts for each in since))
    no_more = texts.take_back_again(_all(each.texts_taken_back for each in since))
    kept = [visits.bring_back(each.visits) for each in since]
    brought, failed = (sum(counts) for counts in zip(*kept, strict=True)) if kept else (0, 0)
    again = [records.do_again(each.privacy) for each in since]
    decided, open_ones = (sum(counts) for counts in zip(*again, strict=True)) if again else (0, 0)
    gone = readers.do_again(_all(each.readers for each in since))
    withdrawn = comments.withdraw_again(_all(each.comments for each in since))
    out = staff.keep_out(since[-1].staff) if since else 0
    ended = api_keys.revoke_again(since[-1].revoked_keys) if since else 0
    shut = portal.end_again(since[-1].ended_accounts, since[-1].ended_links) if since else 0
    closed = sum(portal.take_away_again(c.left_to_accounts, c.ended_devices) for c in since)
    silent = webhooks.silence_others(since[-1].endpoints) if since else 0
    begun = _all(each.issues for each in since)
    stopped = workflow.hold_for_review(because=_because(manifest.started_at), begun=begun)
    waitlist.end_offers()
    for write in DERIVED:
        write()
    held, texts_held = mails.hold_what_waits(), texts.hold_what_waits()
    counted = (
        (_("E-mails known to have gone out since, which are not sent again: %d."), marked),
        (_("Texts known to have gone out since, which are not sent again: %d."), texted),
        (_("Numbers that wanted no texts since, and get none again: %d."), no_more),
        (_("Readers who left or were erased since, and are off the list again: %d."), gone),
        (_("Comments that were taken back since, and are hidden again: %d."), withdrawn),
        (_("Members of the staff who may sign in no more, as since the backup: %d."), out),
        (_("Visits that were booked or changed since, and stand as they did: %d."), brought),
        (_("Visits of that kind that could not be brought back: %d."), failed),
        (_("Records that were erased or restricted since, and are so again: %d."), decided),
        (_("Records that could not be erased again, as they have visits ahead: %d."), open_ones),
        (_("API keys that are revoked, as since the backup: %d."), ended),
        (_("Patients’ accounts, or what they saw, that are ended as since the backup: %d."), shut),
        (
            _("What patients had taken away that opens their place, taken away again: %d."),
            closed,
        ),
        (_("Webhook endpoints that are switched off, as since the backup: %d."), silent),
        (HELD, held),
        (_("Texts that may have gone out, or not, and wait for you: %d."), texts_held),
        (_("Issues of the newsletter that wait for you, and say why: %d."), stopped),
    )
    told = [str(words) % count for words, count in counted if count]
    lost = _(
        "What else was written after the backup is lost: docs/backup.md says what that may be."
    )
    return [*told, lost]


def _because(at: datetime) -> str:
    return _(
        "Restored from a backup of %s UTC. It may have gone out to some or all since: go on only "
        "where you know that it did not, else cancel it."
    ) % at.strftime("%Y-%m-%d %H:%M")


def _all(lists: Iterable[Iterable]) -> list:
    return list(chain.from_iterable(lists))


def _skip_keys() -> None:
    """Let every table go on with keys that none of its rows ever had."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, sequencename), data_type::text"
            "  FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
        )
        for sequence, kind in cursor.fetchall():
            cursor.execute(
                "SELECT setval(%s::regclass, nextval(%s::regclass) + %s)",
                [sequence, sequence, SKIPPED[kind]],
            )
