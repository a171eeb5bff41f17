"""What becomes of a visit, and what that means for what is owed."""

from typing import Any

from django.db import transaction

from appointments.emails.visit_emails import SLIP_OF_THE_HAND
from appointments.models import Appointment, Status
from core.database import database_time
from payments.collection import charge_locks, charges
from payments.collection.charge_locks import NotPayable
from payments.models import Charge, Payment, PaymentTerms
from payments.stripe_client import is_configured

Timing, Kind = PaymentTerms.Timing, Charge.Kind
EXPECTED = (Status.BOOKED, Status.CHECKED_IN)


def follow(sender: object, *, appointment: Appointment, **_: Any) -> None:
    """Ask for what the visit costs once its time for that has come, and no more where it is off.

    In the transaction that has changed the visit. Never fails it: a visit without a price, or one
    that is being paid, stays as it is.
    """
    if not is_configured():
        return
    visit = Appointment.objects.select_related("service", "patient").get(pk=appointment.pk)
    if visit.status != Status.NO_SHOW:
        _take_back(visit, Kind.NO_SHOW)
    timing = charges.timing_of(visit)
    if timing == Timing.NEVER or visit.patient is None:
        return
    if visit.status == Status.COMPLETED:
        _after(visit, timing)
    elif visit.status in EXPECTED and timing == Timing.AT_BOOKING:
        _owe(visit)
    else:
        _take_back(visit, Kind.VISIT)


def _owe(visit: Appointment) -> Charge | None:
    try:
        return charges.owe_visit(visit)
    except NotPayable:
        return None


def _after(visit: Appointment, timing: str) -> None:
    """The visit took place: what it costs is owed, and the patient hears of it once."""
    charge = _owe(visit)
    if charge and charge.status == Charge.Status.OPEN and timing == Timing.AFTER:
        charges.tell(charge, wait=SLIP_OF_THE_HAND)


@transaction.atomic
def _take_back(visit: Appointment, kind: Charge.Kind) -> None:
    """It is cancelled, or was missed; it has not taken place yet, or was not missed, after all."""
    for charge in Charge.objects.open().filter(appointment=visit, kind=kind):
        locked = charge_locks.locked(charge)
        if locked.status != Charge.Status.OPEN:
            continue
        now = database_time.now()
        charge_locks.settle(locked, Charge.Status.WAIVED, now)
        # A page that is open at Stripe is closed by the next look; what was paid there counts.
        Payment.objects.under_way().filter(charge=locked).update(look_at=now)
