"""What can be done on the desk's page of money: each step asks the workflow and says what it did.

A step returns what the page is to show anew, where a form has mistakes.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from appointments.models import Appointment
from payments.admin import forms
from payments.admin.rights import BILL, CHANGE, REFUND
from payments.collection import (
    card_charges,
    card_on_file,
    charges,
    checkout,
    no_show_fees,
    refunds,
    superbills,
    under_way,
)
from payments.models import Charge, Payment, Superbill

Step = Callable[[HttpRequest, Appointment], dict[str, Any]]


def _by(request: HttpRequest) -> str:
    return str(request.user)


def _owe(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    form = forms.OweForm(request.POST, visit=visit)
    said = _("It is asked for. The patient is sent a link to their payments.")
    is_owed = _ask_for(request, visit, form, charges.owe_visit, said)
    return {} if is_owed else {"owe_form": form}


def _fee(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    form = forms.FeeForm(request.POST, visit=visit)
    said = _("The fee is asked for. The patient is sent a link.")
    is_owed = _ask_for(request, visit, form, no_show_fees.owe_fee, said)
    return {} if is_owed else {"fee_form": form}


def _ask_for(
    request: HttpRequest, visit: Appointment, form: Form, owe: Callable[..., Charge], said: str
) -> bool:
    """Have the visit owe what is typed, and tell the patient; return False for a mistake in it."""
    if not form.is_valid():
        return False
    typed = form.cleaned_data
    charges.tell(owe(visit, amount=typed["amount"], by=_by(request), reason=typed["reason"]))
    messages.success(request, said)
    return True


def _card(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    payment = card_charges.charge(_charge_to_settle(request, visit), by=_by(request))
    if payment.is_made:
        messages.success(request, _("The card was charged. The patient is told."))
    elif payment.status == Payment.Status.STARTED:
        words = _(
            "Stripe has not said yet whether the card was charged. It is found out by itself, "
            "every few minutes: there is no need to charge it again."
        )
        messages.warning(request, words)
    else:
        messages.error(request, _("The card was not charged. Below stands why."))
    return {}


def _elsewhere(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    form = forms.ElsewhereForm(request.POST)
    if not form.is_valid():
        return _with_mistakes(request, form)
    charge, typed = _charge_to_settle(request, visit), form.cleaned_data
    charges.pay_elsewhere(charge, method=typed["method"], note=typed["note"], by=_by(request))
    messages.success(request, _("Noted as paid."))
    return {}


def _waive(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    form = forms.WaiveForm(request.POST)
    if not form.is_valid():
        return _with_mistakes(request, form)
    charge = _charge_to_settle(request, visit)
    charges.waive(charge, by=_by(request), reason=form.cleaned_data["reason"])
    messages.success(request, _("It is not asked for any more."))
    return {}


def _refund(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    form = forms.RefundForm(request.POST)
    if not form.is_valid():
        return _with_mistakes(request, form)
    typed = form.cleaned_data
    payment = _payment(visit, typed["payment"])
    row = refunds.refund(
        payment,
        amount=typed["amount"],
        reason=typed["reason"],
        by=_by(request),
        key=typed["key"],
    )
    if row.status == row.Status.FAILED:
        messages.error(request, _("It was not given back. Below stands why."))
    elif row.status == row.Status.STARTED:
        messages.warning(request, _("It is on its way. This page says when it has arrived."))
    else:
        messages.success(request, _("It was given back."))
    return {}


def _look(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    """Ask Stripe at once what became of what is under way."""
    for payment in Payment.objects.under_way().filter(charge__appointment=visit):
        under_way.look_at(payment)
    return {}


def _remove_card(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    if visit.patient and card_on_file.remove(visit.patient):
        messages.success(request, _("The card is not kept any more."))
    return {}


def _bill(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    form = forms.SuperbillForm(request.POST, visit=visit)
    if not form.is_valid():
        return {"bill_form": form}
    superbills.issue(
        visit,
        lines=form.billed,
        diagnoses=form.cleaned_data["diagnoses"],
        place_of_service=form.cleaned_data["place_of_service"],
        by=_by(request),
    )
    messages.success(request, _("Issued. The patient finds it on their page of payments."))
    return {}


def _revoke_bill(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    bill = Superbill.objects.standing().filter(appointment=visit).first()
    if bill:
        superbills.revoke(bill)
        messages.success(request, _("Taken back: the patient finds it no more."))
    return {}


STEPS: dict[str, tuple[str, Step]] = {
    "owe": (CHANGE, _owe),
    "fee": (CHANGE, _fee),
    "card": (CHANGE, _card),
    "elsewhere": (CHANGE, _elsewhere),
    "waive": (CHANGE, _waive),
    "look": (CHANGE, _look),
    "remove-card": (CHANGE, _remove_card),
    "refund": (REFUND, _refund),
    "bill": (BILL, _bill),
    "revoke-bill": (BILL, _revoke_bill),
}


def _charge_to_settle(request: HttpRequest, visit: Appointment) -> Charge:
    """Return the charge that is named, after a page of Stripe's that is open for it is closed.

    Raises StripeAway: then it may still be paid there, and nothing is changed.
    """
    found = Charge.objects.filter(appointment=visit, uid=request.POST.get("charge", "")).first()
    if found is None:
        raise Http404("No such charge")
    for payment in found.payments.under_way().filter(method=Payment.Method.CHECKOUT):
        checkout.close(payment)
    return found


def _payment(visit: Appointment, uid: str) -> Payment:
    found = Payment.objects.filter(charge__appointment=visit, uid=uid).select_related("charge")
    payment = found.first()
    if payment is None:
        raise Http404("No such payment")
    return payment


def _with_mistakes(request: HttpRequest, form: Any) -> dict[str, Any]:
    """Say what is wrong with a short form, which stands folded on the page."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}: {errors[0]}" if label else errors[0])
    return {}
