"""The workflow of threads: begun, answered, handed over, closed. It alone changes a status.

Who writes locks the thread first, so that of two who answer at once the second hears of it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from appointments.models import Appointment, Patient
from core.database import database_time
from core.languages.speaking import of_now
from core.staff.models import User
from core.validation.control_characters import without_controls
from messaging import danger, emails, expected_answers, staff_rights, whose_threads
from messaging.models import Attachment, Draft, Message, MessagingRules, Team, Thread, ThreadStatus
from messaging.models.threads import TEAMS, Topic
from portal.models import PatientAccount


class SomebodyWrote(Exception):
    """Something stands in the thread that its reader had not seen."""


class NotSent(Exception):
    """Base of why a message was not sent."""


class NothingToSend(NotSent):
    """Neither a text nor a file."""


class WritingClosed(NotSent):
    """The clinic takes no messages here, or nobody can write about this record."""


class TooMany(NotSent):
    """The account has written as much as one can in a day."""


MOST_A_DAY = 50  # messages of one account


@transaction.atomic
def send_from_patient(draft: Draft) -> Thread:
    """Turn a patient's draft into a message, in its thread or a new one, and return the thread.

    Sent twice, it is one message. A closed thread is open again. Raises NotSent.
    """
    draft = _locked(draft)
    if sent := _already_sent(draft):
        return sent
    account, text = _account(draft), without_controls(draft.text).strip()
    if not text and not draft.attachments.exists():
        raise NothingToSend
    rules, now = MessagingRules.current(), database_time.now()
    if not rules.is_open:
        raise WritingClosed
    if _sent_today(account, now) >= MOST_A_DAY:
        raise TooMany
    thread = _lock(draft.thread) if draft.thread else _new(draft, account, now)
    _write(thread, draft, text, now=now)
    _wait_for_answer(thread, now, rules)
    emails.tell_staff(thread, now)
    if danger.detect(text):
        danger.raise_alert(whose_threads.record_behind(thread), thread)
    return thread


@transaction.atomic
def send_from_clinic(draft: Draft, *, by: User, seen: int) -> Thread:
    """Turn a draft of the staff into an answer, or into the first message of a new thread.

    `seen` is the key of the last message that stood on their page, 0 where none did. Raises
    SomebodyWrote where another stands there by now, and NothingToSend.
    """
    draft = _locked(draft)
    if sent := _already_sent(draft):
        return sent
    text, now = without_controls(draft.text).strip(), database_time.now()
    if not text and not draft.attachments.exists():
        raise NothingToSend
    if draft.thread:
        thread = _lock(draft.thread)
        if last_key(thread) != seen:
            raise SomebodyWrote
    else:
        thread = _new(draft, draft.reader, now, begun_by=by)
    message = _write(thread, draft, text, now=now, by=by)
    read_by_clinic(thread)
    thread.assigned = thread.assigned or by
    _set(thread, ThreadStatus.ANSWERED, last_at=now)
    emails.tell_patient(thread, message)
    return thread


def read_by_patient(thread: Thread, newest: int) -> None:
    """Note that the patient has read it, up to the message with this key, which was on their page.

    Nothing is mailed any more about what they have read.
    """
    unread = thread.messages.unread_by_patient().filter(pk__lte=newest)
    if unread.update(read_at=database_time.now()):
        emails.drop_for_patient(thread)


def read_by_clinic(thread: Thread) -> None:
    """Note that somebody of the staff has opened it."""
    thread.messages.unread_by_clinic().update(read_at=database_time.now())


def assign(thread: Thread, to: User | None) -> None:
    """Let this member of the staff take it; None gives it back to the team."""
    Thread.objects.filter(pk=thread.pk).update(assigned=to)


def hand_over(thread: Thread, team: Team) -> None:
    """Let another team answer; whoever had taken it has it no more."""
    rows = Thread.objects.filter(pk=thread.pk).exclude(team=team)
    if rows.update(team=team, assigned=None):
        thread.refresh_from_db()
        emails.tell_staff(thread, database_time.now())


@transaction.atomic
def close(thread: Thread, *, by: str = "") -> bool:
    """Close it, also where nothing is to be answered. False where it was closed already.

    `by` is who of the staff, empty the patient. Whoever writes in it opens it again.
    """
    thread = _lock(thread)
    if thread.is_closed:
        return False
    _set(thread, ThreadStatus.CLOSED, closed_at=database_time.now(), closed_by=by[:100])
    return True


@transaction.atomic
def reopen(thread: Thread) -> bool:
    """Let it stand as answered again. False where it was not closed."""
    thread = _lock(thread)
    if not thread.is_closed:
        return False
    _set(thread, ThreadStatus.ANSWERED)
    return True


def last_key(thread: Thread) -> int:
    """Return the key of the last message; 0 where there is none."""
    return thread.messages.order_by("-pk").values_list("pk", flat=True).first() or 0


def _already_sent(draft: Draft) -> Thread | None:
    """Return where the draft stands as a message already; what is left of it goes."""
    sent = Message.objects.filter(once=draft.once).select_related("thread").first()
    if sent is None:
        return None
    Draft.objects.filter(pk=draft.pk).delete()
    return sent.thread


def _locked(draft: Draft) -> Draft:
    """Return the draft, locked; as it was where it is gone: then it was sent."""
    rows = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk)
    return rows.select_related("thread", "patient", "account", "reader").first() or draft


def _lock(thread: Thread) -> Thread:
    rows = Thread.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("patient__merged_into", "assigned", "account").get(pk=thread.pk)


def _account(draft: Draft) -> PatientAccount:
    if draft.account is None:
        raise WritingClosed
    return draft.account


def _sent_today(account: PatientAccount, now: datetime) -> int:
    mine = Message.objects.filter(thread__account=account, from_clinic=False)
    return mine.filter(sent_at__gt=now - timedelta(days=1)).count()


def _new(
    draft: Draft,
    account: PatientAccount | None,
    now: datetime,
    *,
    begun_by: User | None = None,
) -> Thread:
    if draft.patient is None or draft.patient.is_restricted:
        raise WritingClosed
    topic = Topic(draft.topic or Topic.OTHER)
    team = TEAMS.get(topic, Team.DESK)
    owner = begun_by or (_clinician_of(draft.patient) if team == Team.CARE else None)
    return Thread.objects.create(
        patient=draft.patient,
        account=account,
        topic=topic,
        team=team,
        status=ThreadStatus.ANSWERED,
        assigned=owner,
        language=draft.patient.language if begun_by else of_now(),
        created_at=now,
        last_at=now,
    )


def _clinician_of(patient: Patient) -> User | None:
    """Return who saw the patient last, where they work here and answer messages."""
    visits = Appointment.objects.filter(patient=patient, provider__account__isnull=False)
    last = visits.order_by("-starts_at").values_list("provider__account", flat=True).first()
    members = staff_rights.members(Team.CARE)
    found: User | None = members.filter(pk=last).first() if last else None
    return found


def _write(
    thread: Thread, draft: Draft, text: str, *, now: datetime, by: User | None = None
) -> Message:
    message = Message.objects.create(
        thread=thread,
        from_clinic=by is not None,
        writer=by,
        author=str(by)[:100] if by else "",
        text=text,
        sent_at=now,
        once=draft.once,
    )
    Attachment.objects.filter(draft=draft).update(draft=None, message=message)
    draft.delete()
    return message


def _wait_for_answer(thread: Thread, now: datetime, rules: MessagingRules) -> None:
    """It waits since the first message that nobody has answered, and until what was said then."""
    if thread.assigned is not None and not thread.assigned.is_active:
        thread.assigned = None
    _set(
        thread,
        ThreadStatus.WAITING,
        last_at=now,
        waiting_since=thread.waiting_since or now,
        due_at=thread.due_at or expected_answers.due_at(now, rules),
    )


def _set(thread: Thread, status: ThreadStatus, **values: Any) -> None:
    none: dict[str, Any] = {"waiting_since": None, "due_at": None}
    none |= {"closed_at": None, "closed_by": ""}
    for name, value in (none | values).items():
        setattr(thread, name, value)
    thread.status = status
    thread.save()
