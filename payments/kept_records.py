"""What payments keep of a visit beside its row: in an export, and gone with an erasure.

Sums, times and the numbers that Stripe gave them stay as rows that name nobody: the law has a
clinic keep its books. What staff wrote, superbills and cards go.
"""

from collections.abc import Collection

from appointments.patient_records.kept_by_apps import KeptPart, kept_on_records, kept_on_visits
from core.exported_values import Record, iso
from payments.collection import card_on_file
from payments.models import Charge, Payment, Refund, SavedCard, StripeCustomer, Superbill

Visits = Collection[int]


def register() -> None:
    """Let exports and erasures know of all of it."""
    for kept in _KEPT:
        kept_on_visits.register(kept)
    kept_on_records.register(KeptPart("cards at Stripe", _customers, card_on_file.leave))


# ── what an export holds ──


def _charges(visits: Visits) -> list[Record]:
    rows = Charge.objects.filter(appointment__in=visits).select_related("appointment")
    return [
        {
            "visit": str(row.appointment.uid),
            "for": row.get_kind_display(),
            "cents": row.amount_cents,
            "status": row.get_status_display(),
            "made": iso(row.created_at),
            "settled": iso(row.settled_at),
            "reason": row.reason,
        }
        for row in rows.order_by("pk")
    ]


def _payments(visits: Visits) -> list[Record]:
    rows = Payment.objects.filter(charge__appointment__in=visits)
    rows = rows.select_related("charge__appointment").prefetch_related("refunds")
    return [
        {
            "visit": str(row.charge.appointment.uid),
            "how": row.get_method_display(),
            "card": row.card_name,
            "cents": row.amount_cents,
            "status": row.get_status_display(),
            "begun": iso(row.created_at),
            "settled": iso(row.settled_at),
            "note": row.note,
            "given back": [_refund(each) for each in row.refunds.all()],
        }
        for row in rows.order_by("pk")
    ]


def _refund(row: Refund) -> Record:
    return {
        "cents": row.amount_cents,
        "status": row.get_status_display(),
        "at": iso(row.settled_at or row.created_at),
        "reason": row.reason,
    }


def _cards(visits: Visits) -> list[Record]:
    rows = SavedCard.objects.filter(appointment__in=visits).select_related("appointment")
    return [
        {
            "visit": str(row.appointment.uid),
            "card": str(row) if row.last4 else "",
            "status": row.get_status_display(),
            "agreed": iso(row.agreed_at),
            "agreed to": row.agreed_text,
            "kept since": iso(row.kept_at),
            "removed": iso(row.removed_at),
        }
        for row in rows.order_by("pk")
    ]


def _customers(records: Collection[int]) -> list[Record]:
    rows = StripeCustomer.objects.filter(patient__in=records).order_by("pk")
    return [
        {
            "since": iso(row.created_at),
            "cards": [{"card": str(card)} for card in row.cards.kept()],
        }
        for row in rows
    ]


def _superbills(visits: Visits) -> list[Record]:
    rows = Superbill.objects.filter(appointment__in=visits).select_related("appointment")
    return [
        {
            "visit": str(row.appointment.uid),
            "issued": iso(row.issued_at),
            "by": row.issued_by,
            "taken back": iso(row.revoked_at),
            "diagnoses": ", ".join(row.content["diagnoses"]),
            "lines": row.content["lines"],
        }
        for row in rows.order_by("pk")
    ]


# ── what an erasure takes ──


def _forget_charges(visits: Visits) -> None:
    Charge.objects.filter(appointment__in=visits).update(reason="")


def _forget_payments(visits: Visits) -> None:
    Payment.objects.filter(charge__appointment__in=visits).update(note="", brand="", last4="")
    Refund.objects.filter(payment__charge__appointment__in=visits).update(reason="")


def _forget_cards(visits: Visits) -> None:
    """What was agreed to stays as a proof that names nobody."""
    cards = SavedCard.objects.filter(appointment__in=visits)
    cards.exclude(status=SavedCard.Status.KEPT).update(
        brand="", last4="", expires_month=None, expires_year=None
    )


def _forget_superbills(visits: Visits) -> None:
    Superbill.objects.filter(appointment__in=visits).delete()


_KEPT = (
    KeptPart("charges", _charges, _forget_charges),
    KeptPart("payments", _payments, _forget_payments),
    KeptPart("cards", _cards, _forget_cards),
    KeptPart("superbills", _superbills, _forget_superbills),
)
