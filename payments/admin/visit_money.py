"""The desk's page of what one visit costs: asked for, paid, given back, and the superbill."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import Appointment, Status
from appointments.templatetags.appointments import money
from core.staff.audit import disclosures
from payments.admin import forms, visit_steps
from payments.admin.charge_rows import charge_rows
from payments.admin.rights import BILL, CHANGE, REFUND, VIEW, VIEW_BILL
from payments.collection import attempts, card_on_file, charges
from payments.collection.card_charges import NoCard
from payments.collection.charge_locks import NotPayable, UnderWay
from payments.collection.no_show_fees import NoFee
from payments.collection.refunds import TooMuch
from payments.collection.superbills import NothingToBill
from payments.documents import receipt_pdf, superbill_pdf
from payments.models import Charge, Payment, Superbill
from payments.stripe_client import NotConfigured, Rejected, StripeAway, is_configured
from payments.views.documents import as_file

PAGE = "admin/payments/visit.html"


@admin.site.register_page("payments/visit/<int:pk>/")  # type: ignore[attr-defined]  # core.staff
def payments_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what this visit costs and what was paid; a POST takes one step."""
    visit = visit_or_404(request, pk)
    if request.method == "POST":
        return _step(request, visit)
    return _page(request, visit)


def visit_or_404(request: HttpRequest, pk: int) -> Appointment:
    """Return the visit, for whoever may see what it costs. Raises PermissionDenied, Http404."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    visits = Appointment.objects.visible_to(request.user).exclude(patient=None)
    found = visits.select_related("patient", "provider", "service").filter(pk=pk).first()
    if found is None:
        raise Http404("No such visit")
    return found


def _page(request: HttpRequest, visit: Appointment, **shown: Any) -> HttpResponse:
    may = request.user.has_perm
    charge = charges.find(visit)
    why_no_fee = attempts.why_no_fee(visit) if visit.status == Status.NO_SHOW else None
    asks_fee = visit.status == Status.NO_SHOW and not charges.find(visit, Charge.Kind.NO_SHOW)
    bills = Superbill.objects.standing().filter(appointment=visit)
    context = admin.site.each_context(request) | {
        "title": _("Payments"),
        "opts": Appointment._meta,
        "visit": visit,
        "when": practice_time.format_datetime(visit.starts_at),
        "is_configured": is_configured(),
        "rows": charge_rows(visit),
        "card": card_on_file.find(visit.patient),
        "owe_form": None if charge else forms.OweForm(visit=visit),
        "fee_form": forms.FeeForm(visit=visit) if asks_fee and not why_no_fee else None,
        "why_no_fee": why_no_fee.label if asks_fee and why_no_fee else "",
        "bills": list(bills) if may(VIEW_BILL) else [],
        "bill_form": forms.SuperbillForm(visit=visit) if _can_bill(request, visit) else None,
        "may_change": may(CHANGE),
        "may_refund": may(REFUND),
        "may_bill": may(BILL),
    }
    page = TemplateResponse(request, PAGE, context | shown)
    return disclosures.declare(page, [visit], [visit.patient] if visit.patient else [])


def _can_bill(request: HttpRequest, visit: Appointment) -> bool:
    return request.user.has_perm(BILL) and visit.status == Status.COMPLETED


def _step(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Take the step that was pressed, and lead back; a form with mistakes comes back with them."""
    right, step = visit_steps.STEPS.get(request.POST.get("step", ""), ("", None))
    if step is None or not request.user.has_perm(right):
        raise PermissionDenied
    try:
        shown = step(request, visit)
    except UnderWay:
        messages.warning(request, _("A payment is under way. Look at it first: “Look now”."))
    except NoCard:
        messages.warning(request, _("The patient keeps no card here any more."))
    except NoFee as refused:
        messages.error(request, refused.why.label)
    except (NotPayable, NothingToBill):
        messages.warning(request, _("That has changed meanwhile: this page says how it is now."))
    except TooMuch as refused:
        messages.error(request, _("At most %s of it can be given back.") % money(refused.left))
    except (StripeAway, Rejected, NotConfigured):
        messages.error(request, _("Stripe does not answer as it should. Nothing was changed."))
    else:
        if shown:
            return _page(request, visit, **shown)
    there = redirect(reverse("admin:payments_visit", args=[visit.pk]))
    return disclosures.declare_none(there)


# ── documents ──


@admin.site.register_page("payments/receipt/<int:pk>/")  # type: ignore[attr-defined]  # core.staff
def payments_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the receipt of a payment as a file."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    rows = Payment.objects.made().select_related("charge__appointment__patient")
    payment = rows.filter(pk=pk).first()
    if payment is None:
        raise Http404("No such payment")
    visit = visit_or_404(request, payment.charge.appointment_id)
    return disclosures.declare(as_file(receipt_pdf.as_pdf(payment), "receipt.pdf"), [visit])


@admin.site.register_page("payments/superbill/<int:pk>/")  # type: ignore[attr-defined]
def payments_superbill(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a superbill as a file."""
    if not request.user.has_perm(VIEW_BILL):
        raise PermissionDenied
    bill = Superbill.objects.filter(pk=pk).first()
    if bill is None:
        raise Http404("No such superbill")
    visit = visit_or_404(request, bill.appointment_id)
    return disclosures.declare(as_file(superbill_pdf.as_pdf(bill), "statement.pdf"), [visit])
