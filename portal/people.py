"""Whose visits somebody sees beside their own: their children's, and those of people who let them.

Who is asked answers from their own place, to which they alone have the key. Both can end it.
"""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from appointments.models import Patient
from core.database import database_time
from core.mail import outbox
from core.people import email_addresses
from portal import gathering
from portal.gathering import Person
from portal.models import (
    AccessRequest,
    AccountPatient,
    Basis,
    ContactPoint,
    PatientAccount,
    Relation,
)
from portal.models.accounts import is_child
from portal.sign_in.codes import Reached

ANSWERED_WITHIN = timedelta(days=14)
LONGEST_PAUSE = timedelta(days=1)


class NotAChild(Exception):
    """Of an age at which people may decide for themselves who learns of their care."""


def add_child(account: PatientAccount, who: Person) -> bool:
    """Let the account see its child's record; return whether one fits. Raises NotAChild."""
    if not is_child(who.birth_date):
        raise NotAChild
    return gathering.gather(account, who, relation=Relation.CHILD)


@transaction.atomic
def ask(account: PatientAccount, reached: Reached) -> None:
    """Ask whoever reads this address, by the same work whether anybody here does."""
    now = database_time.now()
    AccessRequest.objects.create(
        account=account,
        kind=reached.kind,
        value=reached.value,
        asked_at=now,
        ends_at=now + ANSWERED_WITHIN,
    )
    if reached.kind == ContactPoint.Kind.EMAIL:
        about = f"access:{email_addresses.keyed_hash(reached.value)}"
        outbox.enqueue(
            "portal_access_asked",
            key=f"access:{uuid4()}",
            to=reached.value,
            about=about,
            overtakes=True,
            wait=outbox.delay(about=about, longest=LONGEST_PAUSE),
            language=reached.language,
            link=settings.SITE_URL + reverse("portal:people"),
        )


def asked_of(account: PatientAccount) -> list[AccessRequest]:
    """Return what this account's person is asked and may say yes to, each asker once."""
    if account.own_record is None:
        return []
    found = AccessRequest.objects.to_account(account).select_related("account")
    known = [each for each in found.order_by("-pk") if each.account.own_record is not None]
    return list({each.account_id: each for each in known}.values())


@transaction.atomic
def answer(account: PatientAccount, asked: AccessRequest, *, yes: bool) -> None:
    """Say yes or no to who asked, to all that they have asked so far."""
    now = database_time.now()
    same = AccessRequest.objects.to_account(account).filter(account=asked.account)
    if not same.update(answered_at=now, accepted=yes) or not yes:
        return
    for record in {link.patient.pk for link in account.patients if link.relation == Relation.SELF}:
        AccountPatient.objects.get_or_create(
            account=asked.account,
            patient_id=record,
            ended_at=None,
            defaults={"relation": Relation.OTHER, "basis": Basis.CONSENT, "added_at": now},
        )


def add_ward(account: PatientAccount, patient: Patient) -> None:
    """Let a guardian's account see this record: the clinic has looked at the papers."""
    AccountPatient.objects.get_or_create(
        account=account,
        patient=patient,
        ended_at=None,
        defaults={
            "relation": Relation.WARD,
            "basis": Basis.STAFF,
            "added_at": database_time.now(),
        },
    )


def who_sees(account: PatientAccount) -> QuerySet[AccountPatient]:
    """Return by whom else this person's own record is seen."""
    own = [link.patient_id for link in account.patients if link.relation == Relation.SELF]
    others = AccountPatient.objects.not_ended().filter(patient__in=own).exclude(account=account)
    return others.exclude(relation=Relation.SELF).select_related("account")


def end(link: AccountPatient, *, by: str) -> None:
    """Let the account see that record no more."""
    AccountPatient.objects.filter(pk=link.pk, ended_at=None).update(
        ended_at=database_time.now(), ended_by=by[:100]
    )
