"""What is typed is kept on the server: it outlives a sign-out, a closed page, a mistake."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from appointments.models import Patient
from core.database import database_time
from core.staff.models import User
from core.validation.control_characters import without_controls
from messaging.keys import NO_KEY, parse
from messaging.models import Attachment, AttachmentContent, Draft, Message, Thread, Topic
from messaging.models.threads import LONGEST
from messaging.uploads import files
from portal.models import PatientAccount

MOST_FILES = 5
MOST_BYTES = 25 * 1024 * 1024  # of one message
MOST_FILES_A_DAY = 30  # of one account
WRITING_NOW = timedelta(minutes=10)


def of_patient(account: PatientAccount, thread: Thread | None) -> Draft:
    """Return what the account's person types in this thread, or in a new one; it may be unsaved."""
    rows = Draft.objects.filter(account=account, thread=thread).select_related("patient")
    return rows.first() or Draft(account=account, thread=thread)


def of_staff(user: User, thread: Thread | None, patient: Patient | None = None) -> Draft:
    """Return what somebody of the staff types in this thread, or to this patient."""
    rows = Draft.objects.filter(staff=user, thread=thread, patient=patient)
    return rows.first() or Draft(staff=user, thread=thread, patient=patient)


@transaction.atomic
def keep(draft: Draft, text: str, *, once: str = NO_KEY, **values: Any) -> Draft:
    """Keep what was typed so far, with the values of a new thread; return it as it stands.

    `once` is the key that its page was given for the message, where no draft stood by then. What
    was sent while this was on its way is not kept once more, and returned without a key.

    Of two pages that type at once the last one wins: it is one person's.
    """
    _lock_owner(draft)
    draft = _standing(draft)
    if draft.pk is None and once != NO_KEY:
        draft.once = once
    draft.text = without_controls(text)[: 2 * LONGEST]
    for name, value in values.items():
        setattr(draft, name, value)
    if draft.topic not in Topic.values:
        draft.topic = ""
    if Message.objects.filter(once=draft.once).exists():
        draft.pk = None
        return draft
    draft.saved_at = database_time.now()
    draft.save()
    return draft


@transaction.atomic
def add_files(draft: Draft, uploads: Iterable[Any]) -> None:
    """Check files and keep them with the draft. Why one is not taken stands in its `refusals`."""
    refusals: list[str] = []
    for upload in uploads:
        try:
            _require_room(draft)
            taken = files.check(upload)
            _require_room(draft, len(taken.data))
        except files.Refused as refusal:
            refusals.append(str(refusal))
            continue
        attachment = Attachment.objects.create(
            draft=draft,
            kind=taken.kind,
            suffix=taken.suffix,
            name=taken.name,
            size=len(taken.data),
            created_at=database_time.now(),
        )
        AttachmentContent.objects.create(attachment=attachment, data=taken.data)
    draft.refusals = list(dict.fromkeys(refusals))
    draft.save(update_fields=["refusals"])


def remove_files(draft: Draft, keys: Iterable[str]) -> None:
    """Take files off the draft again."""
    if draft.pk:
        draft.attachments.filter(key__in=list(map(parse, keys))).delete()


def discard(draft: Draft) -> None:
    """Throw it away, with its files."""
    if draft.pk:
        draft.delete()


def who_writes(thread: Thread, *, beside: User, now: datetime) -> list[str]:
    """Return the names of others of the staff who type an answer just now."""
    others = Draft.objects.of_staff().filter(thread=thread, saved_at__gt=now - WRITING_NOW)
    others = others.exclude(staff=beside).select_related("staff").order_by("pk")
    return [str(draft.staff) for draft in others]


def purge(now: datetime) -> int:
    """Delete drafts that nobody has touched for MESSAGE_DRAFT_DAYS; return how many went."""
    old = Draft.objects.filter(saved_at__lt=now - timedelta(days=settings.MESSAGE_DRAFT_DAYS))
    count = old.count()
    old.delete()
    return count


def _lock_owner(draft: Draft) -> None:
    """Two pages that begin at once wait for each other here."""
    if draft.account is not None:
        PatientAccount.objects.select_for_update(no_key=True).get(pk=draft.account.pk)
    elif draft.staff is not None:
        User.objects.select_for_update(no_key=True).get(pk=draft.staff.pk)


def _standing(draft: Draft) -> Draft:
    of_one: dict[str, Any] = {"account": draft.account, "staff": draft.staff}
    of_one["thread"] = draft.thread
    if draft.staff_id and not draft.thread_id:
        of_one["patient"] = draft.patient
    # Who sends it holds it locked: then it is gone.
    return Draft.objects.select_for_update(of=("self",)).filter(**of_one).first() or draft


def _require_room(draft: Draft, more: int = 0) -> None:
    sizes = list(draft.attachments.values_list("size", flat=True))
    if not more and len(sizes) >= MOST_FILES:
        raise files.Refused(_("Five files fit into one message. Send the others in another."))
    if sum(sizes) + more > MOST_BYTES:
        raise files.Refused(_("These files are too large together: 25 MB fit into one message."))
    if draft.account_id and not more and _of_today(draft.account_id) >= MOST_FILES_A_DAY:
        raise files.Refused(
            _("You have sent many files today. Send the others tomorrow, or call us.")
        )


def _of_today(account: int) -> int:
    since = database_time.now() - timedelta(days=1)
    sent = Attachment.objects.filter(
        message__thread__account=account, message__from_clinic=False, created_at__gt=since
    )
    kept = Attachment.objects.filter(draft__account=account, created_at__gt=since)
    return sent.count() + kept.count()
