"""Which threads an account reads, and which of its records it can write about.

Its person's own, and those of whom they stand for: whoever only books for somebody is told nothing
of what that person asks, nor can they ask it.
"""

from django.db.models import Q
from django.http import Http404

from appointments.models import Patient
from core.validation.primary_keys import parse_key
from messaging.models import Thread
from messaging.models.threads import ThreadQuerySet
from portal.models import AccountPatient, PatientAccount, Relation
from portal.records import managed

STANDS_FOR = (Relation.SELF, Relation.CHILD, Relation.WARD)


def threads_of(account: PatientAccount) -> ThreadQuerySet:
    """Return what the account's person wrote, about records that it still sees.

    What was written by an account that has ended is read by the patient's own, if they have one:
    a person who loses an account loses no answer.
    """
    records = [record.pk for record in managed(account)]
    seen = Q(patient__in=records) | Q(patient__merged_into__in=records)
    mine = Q(account=account)
    if account.own_record is not None:
        own = account.own_record.pk
        nobodys = Q(account=None) | Q(account__ended_at__isnull=False)
        mine |= nobodys & (Q(patient=own) | Q(patient__merged_into=own))
    return Thread.objects.filter(seen & mine)


def thread_of(account: PatientAccount, key: str) -> Thread:
    """Return the thread of this key. Raises Http404 for what there is not, and another's alike."""
    found = threads_of(account).select_related("patient__merged_into", "assigned").filter(key=key)
    thread = found.first()
    if thread is None:
        raise Http404("No such thread")
    return thread


def record_of(account: PatientAccount, number: object) -> Patient | None:
    """Return the record of this number, where the account can write about it; None for others."""
    pk = parse_key(number)
    return next((record for record in managed(account) if record.pk == pk), None)


def record_behind(thread: Thread) -> Patient:
    """Return the record that has the patient's visits: where theirs was merged, that one."""
    return thread.patient.merged_into or thread.patient


def readers_of(patient: Patient) -> list[AccountPatient]:
    """Return the accounts that can read what the clinic writes about this record, and as who.

    The patient's own comes first.
    """
    records = [patient.pk, *patient.merged.values_list("pk", flat=True)]
    links = AccountPatient.objects.not_ended().filter(
        patient__in=records, account__ended_at=None, relation__in=STANDS_FOR
    )
    found = links.select_related("account", "patient__merged_into", "via")
    by_account = {link.account_id: link for link in reversed(list(found))}
    open_links = [link for link in by_account.values() if link.is_open(link.account.proved)]
    return list(reversed(open_links))
