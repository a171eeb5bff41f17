"""Which records are somebody's: name, date of birth and a proved address or number all have to fit.

Several people may share an address, so none is ever listed or guessed: whoever asks says who they
are, and learns of nobody else. A restricted record is as one that there is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from appointments.models import Patient
from appointments.models.patients import PatientQuerySet
from core.database import database_time
from core.mail import outbox
from core.people import name_matching
from portal.models import AccountPatient, Basis, ContactPoint, PatientAccount, Relation


@dataclass(frozen=True)
class Person:
    """Who somebody says that they are."""

    first_name: str
    last_name: str
    birth_date: date

    @property
    def name(self) -> str:
        return name_matching.plain(f"{self.first_name}{self.last_name}")


def person_of(patient: Patient) -> Person:
    """Return who a record is of."""
    return Person(patient.first_name, patient.last_name, patient.birth_date)


@transaction.atomic
def gather(account: PatientAccount, who: Person, *, relation: str = Relation.SELF) -> bool:
    """Let the account see the records of this person that fit; return whether there is one now."""
    # Who sends the form twice gathers once.
    PatientAccount.objects.select_for_update().get(pk=account.pk)
    for patient, point in _fitting(account.proved, who):
        _link(account, patient, point, relation=relation)
    account.forget_cached()
    found = [link for link in account.patients if person_of(link.patient).name == who.name]
    return any(link.patient.birth_date == who.birth_date for link in found)


def may_be_own(account: PatientAccount, who: Person) -> bool:
    """Return whether this may be the account's own person, as far as is known of them."""
    own = account.own_record
    return own is None or own.birth_date == who.birth_date


def account_of(account: PatientAccount, who: Person) -> PatientAccount | None:
    """Return another account, at an address of this one, that is this person's own already.

    None where this one sees somebody: then it has an owner.
    """
    if account.patients:
        return None
    at = Q(pk__in=())
    for point in account.proved:
        at |= Q(account__points__kind=point.kind, account__points__value=point.value)
    own = AccountPatient.objects.not_ended().filter(at, relation=Relation.SELF)
    born = own.filter(patient__birth_date=who.birth_date).exclude(account=account)
    for link in born.select_related("patient__merged_into", "account__user"):
        if person_of(link.patient).name == who.name and link.is_open(link.account.proved):
            return link.account
    return None


def records_at(kind: str, value: str) -> PatientQuerySet:
    """Return the records, other spellings too, that this address or number reaches."""
    found: PatientQuerySet
    if kind == ContactPoint.Kind.EMAIL:
        found = Patient.objects.of_address(value)
    else:
        found = Patient.objects.filter(Q(phone=value) | Q(phone__startswith=f"{value};"))
    return found.filter(restricted_at=None, merged_into__restricted_at=None)


def is_shared(kind: str, value: str, account: PatientAccount) -> bool:
    """Return whether the address reaches somebody whom its one account does not see."""
    seen = account.links.not_ended().filter(patient=OuterRef("pk"))
    return bool(account.patients) and records_at(kind, value).exclude(Exists(seen)).exists()


def _fitting(points: Iterable[ContactPoint], who: Person) -> Iterable[tuple[Patient, ContactPoint]]:
    for point in points:
        born = records_at(point.kind, point.value).filter(birth_date=who.birth_date)
        for patient in born.order_by("pk"):
            if person_of(patient).name == who.name:
                yield patient, point


def _link(account: PatientAccount, patient: Patient, point: ContactPoint, *, relation: str) -> None:
    link, made = AccountPatient.objects.get_or_create(
        account=account,
        patient=patient,
        ended_at=None,
        defaults={
            "relation": relation,
            "basis": Basis.POINT,
            "via": point,
            "added_at": database_time.now(),
        },
    )
    rows = AccountPatient.objects.not_ended().select_related("patient__merged_into")
    again = rows.get(pk=link.pk)
    if not again.is_open(account.proved):
        link.delete()
    elif made and point.kind == ContactPoint.Kind.PHONE and patient.email:
        _tell_by_mail(patient, point)


def _tell_by_mail(patient: Patient, point: ContactPoint) -> None:
    """Whoever reads the record's e-mail learns that a number opened it."""
    outbox.enqueue(
        "portal_opened_by_phone",
        key=f"portal-opened:{uuid4()}",
        to=patient.email,
        language=patient.language,
        ending=point.value[-4:],
        link=settings.SITE_URL + reverse("portal:sign_in"),
    )
