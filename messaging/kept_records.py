"""What messages keep of a patient: in an export, gone with an erasure, named in who saw a record.

What a patient and those who treat them wrote to each other is a part of the record of care: as long
as the law has us keep that, it stays with the restricted record. All else goes at once.

What a parent or guardian wrote about the patient is a part of the patient's record too, and the
patient has a right to it (45 CFR 164.524): it says as whom somebody wrote, never who. The other way
round, who stands for a patient gets what they wrote themselves and what was answered, as on their
own pages: not what the patient, or another, trusted to the clinic. What nobody has sent yet is its
writer's alone.
"""

from collections.abc import Collection

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from appointments.models import Patient
from appointments.patient_records import kept_by_law
from appointments.patient_records.kept_by_apps import KeptPart, kept_on_records
from core.exported_values import Record, iso
from messaging.models import Attachment, DangerAlert, Draft, Message, Thread
from messaging.models.threads import OF_CARE
from portal.models import PatientAccount, Relation

Records = Collection[int]


def register() -> None:
    """Let exports and erasures know of it."""
    parts = (
        KeptPart("messages", _threads, _forget_threads, _threads_for),
        KeptPart("messages not sent yet", _drafts, _forget_drafts, _drafts_for),
        KeptPart("alerts from messages", _alerts, _forget_alerts, _alerts_for),
    )
    for part in parts:
        kept_on_records.register(part)


def _threads(records: Records) -> list[Record]:
    return _as_plain(Thread.objects.filter(patient__in=records), records)


def _threads_for(records: Records, user: int) -> list[Record]:
    mine = Thread.objects.filter(patient__in=records, account__user=user)
    return _as_plain(mine, records)


def _as_plain(threads: QuerySet[Thread], records: Records) -> list[Record]:
    messages = Message.objects.prefetch_related("attachments").order_by("sent_at", "pk")
    found = threads.select_related("account").prefetch_related(Prefetch("messages", messages))
    rows = [(thread, _writer(thread.account, records)) for thread in found.order_by("pk")]
    return [
        {
            "about": thread.get_topic_display(),
            "written by": writer,
            "begun": iso(thread.created_at),
            "status": thread.get_status_display(),
            "answered by": thread.get_team_display(),
            "closed": iso(thread.closed_at),
            "messages": [_message(message, writer) for message in thread.messages.all()],
        }
        for thread, writer in rows
    ]


def _writer(account: PatientAccount | None, records: Records) -> str:
    """Return as whom the account's person wrote. A name would be another person's."""
    links = account.links.filter(patient__in=records).order_by("pk") if account else []
    relations = {link.relation for link in links}
    if Relation.SELF in relations:
        return _("the patient")
    if Relation.CHILD in relations:
        return _("a parent of the patient")
    if Relation.WARD in relations:
        return _("a legal guardian of the patient")
    return _("the patient, or somebody who stands for them")


def _message(message: Message, writer: str) -> Record:
    return {
        "at": iso(message.sent_at),
        "by": message.author or writer,
        "text": message.text,
        "read": iso(message.read_at),
        "files": [_file(file) for file in message.attachments.all()],
    }


def _file(file: Attachment) -> Record:
    return {"name": file.name, "kind": file.get_kind_display(), "bytes": file.size}


def _drafts(records: Records) -> list[Record]:
    """Return what the patient has begun to write."""
    own = PatientAccount.objects.filter(links__patient__in=records, links__relation=Relation.SELF)
    return [_draft(draft) for draft in _typed(records).filter(account__in=own)]


def _drafts_for(records: Records, user: int) -> list[Record]:
    return [_draft(draft) for draft in _typed(records).filter(account__user=user)]


def _typed(records: Records) -> QuerySet[Draft]:
    return _drafts_of(records).order_by("pk").prefetch_related("attachments")


def _draft(draft: Draft) -> Record:
    return {
        "saved": iso(draft.saved_at),
        "text": draft.text,
        "files": [_file(file) for file in draft.attachments.all()],
    }


def _drafts_of(records: Records) -> QuerySet[Draft]:
    in_threads = Draft.objects.filter(thread__patient__in=records)
    return in_threads | Draft.objects.filter(patient__in=records)


def _alerts(records: Records) -> list[Record]:
    return [_alert(alert) for alert in _raised(records)]


def _alerts_for(records: Records, user: int) -> list[Record]:
    return [_alert(alert) for alert in _raised(records).filter(thread__account__user=user)]


def _raised(records: Records) -> QuerySet[DangerAlert]:
    return DangerAlert.objects.filter(patient__in=records).order_by("pk")


def _alert(alert: DangerAlert) -> Record:
    return {
        "raised": iso(alert.raised_at),
        "looked after": iso(alert.handled_at),
        "by": alert.handled_by,
    }


def _forget_threads(records: Records) -> None:
    threads = Thread.objects.filter(patient__in=records)
    if _is_kept(records):
        threads = threads.exclude(topic__in=OF_CARE)
    threads.delete()


def _forget_drafts(records: Records) -> None:
    _drafts_of(records).delete()


def _forget_alerts(records: Records) -> None:
    if not _is_kept(records):
        DangerAlert.objects.filter(patient__in=records).delete()


def _is_kept(records: Records) -> bool:
    """Whether the law has us keep the care of this person."""
    people = Patient.objects.filter(pk__in=records)
    return any(kept_by_law.kept_visits(patient).exists() for patient in people)
