"""What the desk reads of the charges of one visit: each with its payments, and what can be done."""

from dataclasses import dataclass
from typing import Any

from appointments.admin.practice_time import format_short_datetime
from appointments.models import Appointment
from payments.admin import forms
from payments.admin.failure_words import words
from payments.collection import refunds
from payments.models import Charge, Payment, Refund


@dataclass(frozen=True)
class RefundRow:
    refund: Refund
    when: str
    why_failed: Any


@dataclass(frozen=True)
class PaymentRow:
    payment: Payment
    when: str
    why_failed: Any
    refunds: list[RefundRow]
    refund_form: forms.RefundForm | None


@dataclass(frozen=True)
class ChargeRow:
    charge: Charge
    when: str
    payments: list[PaymentRow]
    is_under_way: bool
    waive_form: forms.WaiveForm | None
    elsewhere_form: forms.ElsewhereForm | None


def charge_rows(visit: Appointment) -> list[ChargeRow]:
    """Return all of them, the newest first."""
    rows = Charge.objects.filter(appointment=visit).prefetch_related("payments__refunds")
    return [_charge_row(charge) for charge in rows]


def _charge_row(charge: Charge) -> ChargeRow:
    payments = list(charge.payments.all())
    is_open = charge.status == Charge.Status.OPEN
    return ChargeRow(
        charge=charge,
        when=format_short_datetime(charge.created_at),
        payments=[_payment_row(payment) for payment in payments],
        is_under_way=any(each.status == Payment.Status.STARTED for each in payments),
        waive_form=forms.waive_form(charge) if is_open else None,
        elsewhere_form=forms.elsewhere_form(charge) if is_open else None,
    )


def _payment_row(payment: Payment) -> PaymentRow:
    has_left = refunds.left_of(payment) > 0
    return PaymentRow(
        payment=payment,
        when=format_short_datetime(payment.settled_at or payment.created_at),
        why_failed=words(payment.failure) if payment.failure else "",
        refunds=[_refund_row(each) for each in payment.refunds.all()],
        refund_form=forms.refund_form(payment) if has_left else None,
    )


def _refund_row(refund: Refund) -> RefundRow:
    why = words(refund.failure) if refund.failure else ""
    return RefundRow(refund, format_short_datetime(refund.settled_at or refund.created_at), why)
