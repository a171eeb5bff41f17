"""The receipt of one payment, in the language of the page: what was paid, when, and how."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from appointments.templatetags.appointments import money
from core.practice.models import Practice
from payments.documents import paper
from payments.documents.paper import Paper
from payments.models import Charge, Payment, Refund


def number_of(payment: Payment) -> str:
    """Return the number that the receipt has."""
    return f"R-{payment.pk:06d}"


def as_pdf(payment: Payment) -> bytes:
    """Return the receipt of a payment that was made, with what was given back of it."""
    charge, visit = payment.charge, payment.charge.appointment
    zone = Practice.current().zone
    refunds = list(payment.refunds.filter(status=Refund.Status.SUCCEEDED))
    left = payment.amount_cents - sum(each.amount_cents for each in refunds)
    paid_at = payment.settled_at or payment.created_at
    facts = [
        (_("Receipt"), number_of(payment)),
        (_("Paid"), date_format(paid_at.astimezone(zone), "DATE_FORMAT")),
        (_("How"), payment.card_name or str(payment.get_method_display())),
        (_("Patient"), str(visit.patient or "")),
        (_("Provider"), str(visit.provider)),
        (_("Date of the visit"), date_format(visit.local_start, "DATE_FORMAT")),
    ]
    what = _("Fee for a missed visit") if charge.kind == Charge.Kind.NO_SHOW else _("Visit")
    rows = [[what, money(payment.amount_cents)]]
    for each in refunds:
        day = date_format((each.settled_at or each.created_at).astimezone(zone), "DATE_FORMAT")
        rows.append([_("Given back on %s") % day, f"−{money(each.amount_cents)}"])
    return paper.as_pdf(
        Paper(
            title=_("Receipt"),
            facts=facts,
            head=[_("For"), _("Amount")],
            rows=rows,
            totals=[(_("Paid in all"), money(left))],
            foot=[_("Keep it for your records. It says nothing of what the visit was about.")],
            widths=[0.75, 0.25],
        )
    )
