"""What accounts keep of a patient: in exports of the record, and gone when it is erased."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from appointments.patient_records.kept_by_apps import KeptPart, kept_on_records
from core.exported_values import iso
from core.mail import outbox
from core.staff.models import User
from portal import notices
from portal.models import AccountPatient, Device, PatientAccount, Relation
from portal.sign_in import codes
from portal.sign_in.codes import Reached


def register() -> None:
    """Let the records of patients know of them."""
    kept_on_records.register(
        KeptPart("accounts", collect=collect, forget=forget, collect_for=collect_for)
    )


def collect(records: Collection[int]) -> list[dict[str, Any]]:
    """Return each account that saw these records. What else its person proved is their own."""
    return [_as_plain(link, own=link.relation == Relation.SELF) for link in _links(records)]


def collect_for(records: Collection[int], user: int) -> list[dict[str, Any]]:
    """Return the same without how the patient signs in: whoever stands for them needs none."""
    return [_as_plain(link, own=False) for link in _links(records)]


def _links(records: Collection[int]) -> QuerySet[AccountPatient]:
    links = AccountPatient.objects.filter(patient__in=records).select_related("account")
    return links.order_by("pk")


def _as_plain(link: AccountPatient, *, own: bool) -> dict[str, Any]:
    account = link.account
    return {
        "account": account.pk,
        "who it is to the account": link.get_relation_display(),
        "why it may be seen": link.get_basis_display(),
        "since": iso(link.added_at),
        "ended": iso(link.ended_at),
        "addresses and numbers": [point.value for point in account.proved] if own else [],
        "devices": [_device(device) for device in account.devices.order_by("pk")] if own else [],
        "calendar addresses": [
            {"made": iso(each.created_at)} for each in account.calendar_subscriptions.all()
        ]
        if own
        else [],
    }


def _device(device: Device) -> dict[str, Any]:
    return {
        "device": device.name,
        "by": device.get_way_display(),
        "first signed in": iso(device.first_at),
        "last seen": iso(device.seen_at),
        "ended": iso(device.ended_at),
    }


def forget(records: Collection[int]) -> None:
    """Delete that these are seen by accounts, and each account that is then nobody's."""
    links = AccountPatient.objects.filter(patient__in=records)
    accounts = list(links.values_list("account", flat=True))
    links.delete()
    left = AccountPatient.objects.filter(account=OuterRef("pk"))
    empty = PatientAccount.objects.filter(~Exists(left), pk__in=accounts)
    delete_accounts(empty.values_list("pk", flat=True))


def delete_accounts(pks: Collection[int]) -> int:
    """Delete these accounts with all that they have, also the mails about them; how many."""
    accounts = PatientAccount.objects.filter(pk__in=list(pks)).prefetch_related("points")
    outbox.forget_all([about for account in accounts for about in _mails_about(account)])
    users = User.patients.filter(patient_account__in=list(pks))
    return users.delete()[1].get(PatientAccount._meta.label, 0)


def _mails_about(account: PatientAccount) -> list[str]:
    points = [Reached(point.kind, point.value) for point in account.points.all()]
    return [notices.about(account), *map(codes.about, points)]
