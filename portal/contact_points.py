"""Addresses and numbers of an account: added by proving them, taken away while one is left."""

from django.db import transaction

from core.database import database_time
from portal import gathering, notices
from portal.models import ContactPoint, PatientAccount, Relation
from portal.sign_in.codes import Reached


class LastOne(Exception):
    """Nobody could sign in any more."""


@transaction.atomic
def add(account: PatientAccount, reached: Reached) -> ContactPoint:
    """Keep what was proved, and gather what its person has there under the same name."""
    point, made = ContactPoint.objects.get_or_create(
        account=account,
        kind=reached.kind,
        value=reached.value,
        defaults={"proved_at": database_time.now()},
    )
    account.forget_cached()
    for who in {gathering.person_of(link.patient) for link in _own(account)}:
        gathering.gather(account, who)
    if made:
        notices.point_added(account, point)
    return point


@transaction.atomic
def remove(account: PatientAccount, point: ContactPoint) -> None:
    """Take it away. Raises LastOne."""
    PatientAccount.objects.select_for_update().get(pk=account.pk)
    if account.points.count() < 2:
        raise LastOne
    notices.point_removed(account, point)
    point.delete()
    account.note_removal()
    account.forget_cached()


def _own(account: PatientAccount) -> list:
    """The own records that it was ever given: also those whose address staff have corrected."""
    return list(account.links.not_ended().filter(relation=Relation.SELF).select_related("patient"))
