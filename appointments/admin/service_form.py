"""The form of a service: its price is typed in dollars and kept in cents."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.models import Service

HIGHEST = 1_000_000  # in cents: more is a slip of the hand
THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


class DollarsField(forms.IntegerField):
    """Dollars, perhaps with cents, as whole cents."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("Write dollars, like 149 or 149.50."),
        "max_value": _("At most 10,000 dollars."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=HIGHEST, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "size": 10}
        self.widget.is_localized = False

    def to_python(self, value: Any) -> int | None:
        text = str(value if value is not None else "").replace("$", "").strip()
        if text in self.empty_values:
            return None
        if THOUSANDS.fullmatch(text):  # "12,50" is no 1,250 dollars
            text = text.replace(",", "")
        try:
            cents = Decimal(text) * 100
        except InvalidOperation:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not cents.is_finite() or cents != cents.to_integral_value():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(cents)

    def prepare_value(self, value: Any) -> Any:
        """Return cents as dollars; what was typed as it was typed."""
        if not isinstance(value, int):
            return value
        return str(value // 100) if value % 100 == 0 else f"{value / 100:.2f}"

    def in_words(self, value: str) -> str:
        """Return what is kept as somebody typed it, for who is shown what a colleague changed."""
        return f"${self.prepare_value(int(value))}" if value.isdecimal() else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # the bounds are cents


class ServiceForm(forms.ModelForm):
    """A kind of visit."""

    price_cents = DollarsField(
        label=_("Self-pay price in dollars"),
        required=False,
        help_text=_(
            "What somebody pays who uses no insurance. Empty: the site says no price. Visits that "
            "are booked keep the price they were booked at."
        ),
    )

    class Meta:
        model = Service
        fields = "__all__"  # noqa: DJ007  the admin's fieldsets choose
