"""What messages keep of a patient: in an export, gone with an erasure, named in who saw a record.

What a patient and those who treat them wrote to each other is a part of the record of care: as long
as the law has us keep that, it stays with the restricted record. All else goes at once.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Prefetch

from appointments.models import Patient
from appointments.patient_records import kept_by_law
from appointments.patient_records.kept_by_apps import KeptPart, kept_on_records
from core.exported_values import Record, iso
from messaging.models import Attachment, DangerAlert, Draft, Message, Thread
from messaging.models.threads import OF_CARE

Records = Collection[int]


def register() -> None:
    """Let exports and erasures know of it."""
    kept_on_records.register(KeptPart("messages", _threads, _forget_threads))
    kept_on_records.register(KeptPart("messages not sent yet", _drafts, _forget_drafts))
    kept_on_records.register(KeptPart("alerts from messages", _alerts, _forget_alerts))


def _threads(records: Records) -> list[Record]:
    messages = Message.objects.prefetch_related("attachments").order_by("sent_at", "pk")
    threads = Thread.objects.filter(patient__in=records).order_by("pk")
    threads = threads.select_related("account").prefetch_related(Prefetch("messages", messages))
    return [
        {
            "about": thread.get_topic_display(),
            "written by": _writer(thread),
            "begun": iso(thread.created_at),
            "status": thread.get_status_display(),
            "answered by": thread.get_team_display(),
            "closed": iso(thread.closed_at),
            "messages": [_message(message) for message in thread.messages.all()],
        }
        for thread in threads
    ]


def _writer(thread: Thread) -> str:
    """Return as who the account's person sees the record; empty where the account is gone."""
    if thread.account is None:
        return ""
    link = thread.account.links.filter(patient=thread.patient_id).order_by("pk").first()
    return str(link.get_relation_display()) if link else ""


def _message(message: Message) -> Record:
    return {
        "at": iso(message.sent_at),
        "by": message.author or "patient",
        "text": message.text,
        "read": iso(message.read_at),
        "files": [_file(file) for file in message.attachments.all()],
    }


def _file(file: Attachment) -> Record:
    return {"name": file.name, "kind": file.get_kind_display(), "bytes": file.size}


def _drafts(records: Records) -> list[Record]:
    """Return what patients have begun to write. What staff have not sent yet is said to nobody."""
    drafts = _drafts_of(records).filter(staff=None).order_by("pk")
    return [
        {
            "saved": iso(draft.saved_at),
            "text": draft.text,
            "files": [_file(file) for file in draft.attachments.all()],
        }
        for draft in drafts.prefetch_related("attachments")
    ]


def _drafts_of(records: Records) -> Any:
    in_threads = Draft.objects.filter(thread__patient__in=records)
    return in_threads | Draft.objects.filter(patient__in=records)


def _alerts(records: Records) -> list[Record]:
    alerts = DangerAlert.objects.filter(patient__in=records).order_by("pk")
    return [
        {
            "raised": iso(alert.raised_at),
            "looked after": iso(alert.handled_at),
            "by": alert.handled_by,
        }
        for alert in alerts
    ]


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
