"""What is owed for a visit: asked for once, and no more where staff say so."""

from datetime import timedelta

from django.db import IntegrityError, transaction

from appointments.models import Appointment
from core.database import database_time
from core.validation.control_characters import without_controls
from payments import emails
from payments.collection.charge_locks import NotPayable, require_open, settle
from payments.models import Charge, Payment, PaymentTerms

LEAST, MOST = 50, 1_000_000  # cents: Stripe takes no less, and more is a slip of the hand
Timing, Kind, Method = PaymentTerms.Timing, Charge.Kind, Payment.Method


def price_of(appointment: Appointment) -> int | None:
    """Return what the visit costs, as it was booked or else as it costs now; None: no price."""
    booked = appointment.price_cents
    price = appointment.service.price_cents if booked is None else booked
    return price if price and price >= LEAST else None


def timing_of(appointment: Appointment) -> str:
    """Return when its service is paid for."""
    terms = PaymentTerms.objects.filter(service=appointment.service_id).first()
    return terms.timing if terms else Timing.NEVER


def find(appointment: Appointment, kind: str = Kind.VISIT) -> Charge | None:
    """Return what is owed or was paid for the visit."""
    return Charge.objects.live().filter(appointment=appointment, kind=kind).first()


@transaction.atomic
def owe_visit(
    appointment: Appointment, *, amount: int | None = None, by: str = "", reason: str = ""
) -> Charge:
    """Ask for the price of the visit, or for `amount`; what is asked for already stays as it is.

    Raises NotPayable where there is no price.
    """
    amount = price_of(appointment) if amount is None else amount
    if amount is None or not LEAST <= amount <= MOST:
        raise NotPayable
    return owe(appointment, Kind.VISIT, amount, by, reason)


def owe(appointment: Appointment, kind: Charge.Kind, amount: int, by: str, reason: str) -> Charge:
    """Ask for it once, in the caller's transaction; what is asked for already stays as it is."""
    try:
        with transaction.atomic():
            return Charge.objects.create(
                appointment=appointment,
                kind=kind,
                status=Charge.Status.OPEN,
                amount_cents=amount,
                made_by=by[:80],
                reason=without_controls(reason),
                created_at=database_time.now(),
            )
    except IntegrityError:  # somebody has asked for it already: it is asked for once
        found = find(appointment, kind)
        if found is None:
            raise
        return found


@transaction.atomic
def waive(charge: Charge, *, by: str, reason: str) -> None:
    """Ask for it no more. Raises NotPayable, UnderWay."""
    charge = require_open(charge)
    settle(charge, Charge.Status.WAIVED, database_time.now(), by=by, reason=reason)


@transaction.atomic
def pay_elsewhere(charge: Charge, *, method: str, note: str, by: str) -> Payment:
    """Note that it was paid in cash, by insurance or otherwise. Raises NotPayable, UnderWay."""
    if method in Payment.ONLINE:
        raise ValueError(f"{method} is paid online")
    charge, now = require_open(charge), database_time.now()
    payment = charge.payments.create(
        method=method,
        status=Payment.Status.SUCCEEDED,
        amount_cents=charge.amount_cents,
        note=without_controls(note),
        made_by=by[:80],
        created_at=now,
        settled_at=now,
    )
    settle(charge, Charge.Status.PAID, now, by=by)
    return payment


def tell(charge: Charge, *, wait: timedelta = timedelta(0)) -> None:
    """Mail the patient that there is something to see about a payment."""
    emails.payment_news(charge, wait=wait)
