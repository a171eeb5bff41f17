"""Locking what is owed before it or a payment of it changes, and writing what became of it."""

from datetime import datetime

from core.validation.control_characters import without_controls
from payments.models import Charge


class NotPayable(Exception):
    """The charge is paid, given back or not asked for any more, or there is nothing to ask for."""


class UnderWay(NotPayable):
    """A payment of it is under way: nobody knows yet how that ends."""


def locked(charge: Charge) -> Charge:
    """Lock the charge in the caller's transaction, and return it as it is now."""
    rows = Charge.objects.select_for_update(of=["self"], no_key=True)
    return rows.select_related("appointment__service", "appointment__patient").get(pk=charge.pk)


def require_open(charge: Charge) -> Charge:
    """Lock it and return it. Raises NotPayable unless it is owed, UnderWay while it is paid."""
    charge = locked(charge)
    if charge.status != Charge.Status.OPEN:
        raise NotPayable
    if charge.payments.under_way().exists():
        raise UnderWay
    return charge


def settle(
    charge: Charge, status: Charge.Status, now: datetime, *, by: str = "", reason: str = ""
) -> None:
    """Write what became of a locked charge."""
    charge.status, charge.settled_at, charge.settled_by = status, now, by[:80]
    if reason:
        charge.reason = without_controls(reason)
    charge.save(update_fields=["status", "settled_at", "settled_by", "reason"])


def is_charged_anew(charge: Charge) -> bool:
    """Return whether what it was for is asked for in another charge by now."""
    live = Charge.objects.live().filter(appointment=charge.appointment_id, kind=charge.kind)
    return live.exclude(pk=charge.pk).exists()
