"""Fees for missed visits: asked for by a person, with a reason, where nothing speaks against it."""

from datetime import timedelta

from django.db import transaction

from appointments.models import Appointment, Status
from core.database import database_time
from payments.collection import attempts, charges
from payments.collection.charge_locks import NotPayable
from payments.collection.charges import LEAST, MOST
from payments.models import Charge

FEE_WITHIN = timedelta(days=60)


class NoFee(NotPayable):
    """This visit was not missed, or our own logs show that the patient tried. `why` says which."""

    def __init__(self, why: attempts.Why) -> None:
        super().__init__(why)
        self.why = why


@transaction.atomic
def owe_fee(appointment: Appointment, *, amount: int, by: str, reason: str) -> Charge:
    """Ask for a fee for a missed visit. Raises NoFee where the patient tried, or it is too late."""
    now = database_time.now()
    if appointment.status != Status.NO_SHOW or appointment.ends_at < now - FEE_WITHIN:
        raise NoFee(attempts.Why.NOT_MISSED)
    why = attempts.why_no_fee(appointment)
    if why:
        raise NoFee(why)
    if not LEAST <= amount <= MOST:
        raise NotPayable
    return charges.owe(appointment, Charge.Kind.NO_SHOW, amount, by, reason)
