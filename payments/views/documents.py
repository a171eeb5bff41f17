"""Receipts and superbills that a patient takes along: as files whose names say nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from payments.documents import receipt_pdf, superbill_pdf
from payments.models import Payment, Superbill
from payments.views.doors import Door, require_proof


@require_safe
def receipt(request: HttpRequest, door: Door, uid: str) -> HttpResponse:
    """Return the receipt of a payment that was made."""
    require_proof(door)
    payments = Payment.objects.made().filter(charge__appointment=door.appointment, uid=uid)
    payment = payments.select_related("charge__appointment__patient").first()
    if payment is None:
        raise Http404("No such payment")
    return as_file(receipt_pdf.as_pdf(payment), "receipt.pdf")


@require_safe
def superbill(request: HttpRequest, door: Door, uid: str) -> HttpResponse:
    """Return the superbill that is in force."""
    require_proof(door)
    bill = Superbill.objects.standing().filter(appointment=door.appointment, uid=uid).first()
    if bill is None:
        raise Http404("No such superbill")
    return as_file(superbill_pdf.as_pdf(bill), "statement.pdf")


def as_file(content: bytes, name: str) -> HttpResponse:
    """Return it to be kept and not shown: the browser's own viewer may keep a copy."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
