"""What the desk types about money. What becomes of it is for `payments.collection`."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.admin.service_form import DollarsField
from appointments.models import Appointment
from appointments.models.keys import new_key
from payments.collection import charges, refunds, superbills
from payments.collection.superbills import BilledLine
from payments.models import Payment, PaymentTerms

LINES = 4
# No I and no O after the first sign: they would be read as 1 and 0.
ICD10 = re.compile(r"[A-TV-Z][0-9][0-9AB](\.[0-9A-HJ-NP-Z]{1,4})?")
CPT = re.compile(r"[0-9]{4}[0-9A-Z]|[A-V][0-9]{4}")
MODIFIER = re.compile(r"[0-9A-Z]{2}")
MOST_DIAGNOSES = 12


class ReasonField(forms.CharField):
    """Why: for the clinic's own books. The patient reads it in an export of their record."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Reason"),
            max_length=200,
            widget=forms.TextInput({"autocomplete": "off"}),
            **kwargs,
        )


class OweForm(forms.Form):
    """What a visit costs, where that is another sum than its price."""

    amount = DollarsField(label=_("Amount in dollars"))
    reason = ReasonField(required=False, help_text=_("Where it is not the price of the visit."))

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        self.price = charges.price_of(visit)
        super().__init__(*args, **{"initial": {"amount": self.price}, "auto_id": "owe_%s"} | kwargs)

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        amount = cleaned.get("amount")
        if amount is not None and amount != self.price and not cleaned.get("reason"):
            self.add_error("reason", _("Say why it is not the price of the visit."))
        return cleaned


class FeeForm(forms.Form):
    """A fee for a missed visit."""

    amount = DollarsField(label=_("Amount in dollars"))
    reason = ReasonField()

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        terms = PaymentTerms.objects.filter(service=visit.service_id).first()
        fee = terms.no_show_fee_cents if terms else None
        super().__init__(*args, **{"initial": {"amount": fee}, "auto_id": "fee_%s"} | kwargs)


class WaiveForm(forms.Form):
    """Why something is not asked for any more."""

    charge = forms.CharField(widget=forms.HiddenInput)
    reason = ReasonField()


class ElsewhereForm(forms.Form):
    """How something was paid that was not paid here."""

    charge = forms.CharField(widget=forms.HiddenInput)
    method = forms.ChoiceField(
        label=_("How"),
        choices=[each for each in Payment.Method.choices if each[0] not in Payment.ONLINE],
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=200,
        help_text=_("Such as the number of a check, or of a claim."),
    )


class RefundForm(forms.Form):
    """How much of a payment is given back, and why."""

    payment = forms.CharField(widget=forms.HiddenInput)
    key = forms.RegexField(r"^[A-Za-z0-9_-]{16,32}$", widget=forms.HiddenInput)
    amount = DollarsField(label=_("Amount in dollars"))
    reason = ReasonField()


def waive_form(charge: Any) -> WaiveForm:
    return WaiveForm(initial={"charge": charge.uid}, auto_id=f"waive_{charge.pk}_%s")


def elsewhere_form(charge: Any) -> ElsewhereForm:
    return ElsewhereForm(initial={"charge": charge.uid}, auto_id=f"elsewhere_{charge.pk}_%s")


def refund_form(payment: Payment) -> RefundForm:
    given = {"payment": payment.uid, "key": new_key(), "amount": refunds.left_of(payment)}
    return RefundForm(initial=given, auto_id=f"refund_{payment.pk}_%s")


class SuperbillForm(forms.Form):
    """The codes of a superbill, as somebody of the staff types them."""

    diagnoses = forms.CharField(
        label=_("Diagnoses (ICD-10-CM)"),
        help_text=_("Codes with spaces or commas between them, the main one first."),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    place_of_service = forms.ChoiceField(
        label=_("Where the patient was"),
        choices=[
            (superbills.AT_HOME, _("At home (10)")),
            (superbills.ELSEWHERE, _("Elsewhere (02)")),
        ],
    )

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "superbill_%s"} | kwargs)
        for nth in range(1, LINES + 1):
            self.fields |= _line_fields(nth, charges.price_of(visit) if nth == 1 else None)

    @property
    def lines(self) -> list[tuple[int, list[Any]]]:
        """Return the fields of each line, with its number."""
        names = ("code", "modifiers", "description", "units", "amount")
        return [(n, [self[f"{name}_{n}"] for name in names]) for n in range(1, LINES + 1)]

    def clean_diagnoses(self) -> list[str]:
        found = re.split(r"[\s,;]+", self.cleaned_data["diagnoses"].upper().strip(" ,;"))
        wrong = [code for code in found if not ICD10.fullmatch(code)]
        if wrong:
            raise ValidationError(
                _("No ICD-10-CM code: %(code)s. They look like F11.20."), params={"code": wrong[0]}
            )
        if len(found) > MOST_DIAGNOSES:
            raise ValidationError(_("At most 12 codes fit."))
        return found

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        self.billed = [line for n in range(1, LINES + 1) if (line := self._line(n, cleaned))]
        if not self.billed and not self.errors:
            self.add_error("code_1", _("Write at least one code."))
        return cleaned

    def _line(self, n: int, cleaned: dict[str, Any]) -> BilledLine | None:
        code = (cleaned.get(f"code_{n}") or "").upper().strip()
        if not code:
            return None
        amount, units = cleaned.get(f"amount_{n}"), cleaned.get(f"units_{n}") or 1
        modifiers = (cleaned.get(f"modifiers_{n}") or "").upper().replace(",", " ").split()
        if not CPT.fullmatch(code):
            self.add_error(f"code_{n}", _("A code looks like 99213 or H0004."))
        if any(not MODIFIER.fullmatch(each) for each in modifiers) or len(modifiers) > 4:
            self.add_error(f"modifiers_{n}", _("At most four, like 95 or GT."))
        if amount is None:
            self.add_error(f"amount_{n}", _("Write what it costs."))
            return None
        words = cleaned.get(f"description_{n}") or ""
        return BilledLine(code, modifiers, words, units, amount)


def _line_fields(nth: int, price: int | None) -> dict[str, forms.Field]:
    def named(name: str) -> dict[str, str]:
        return {"aria-label": f"{name}, {nth}", "autocomplete": "off"}

    return {
        f"code_{nth}": forms.CharField(
            label=_("CPT/HCPCS"),
            required=False,
            max_length=5,
            widget=forms.TextInput(named("CPT/HCPCS") | {"size": 7}),
        ),
        f"modifiers_{nth}": forms.CharField(
            label=_("Modifiers"),
            required=False,
            max_length=12,
            widget=forms.TextInput(named(str(_("Modifiers"))) | {"size": 7}),
        ),
        f"description_{nth}": forms.CharField(
            label=_("Service"),
            required=False,
            max_length=80,
            widget=forms.TextInput(named(str(_("Service")))),
        ),
        f"units_{nth}": forms.IntegerField(
            label=_("Units"),
            required=False,
            min_value=1,
            max_value=99,
            initial=1,
            widget=forms.NumberInput(named(str(_("Units")))),
        ),
        f"amount_{nth}": DollarsField(
            label=_("Charge"),
            required=False,
            initial=price,
            widget=forms.TextInput(named(str(_("Charge"))) | {"size": 8}),
        ),
    }
