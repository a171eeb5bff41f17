"""The form in which staff choose the days that figures are about."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.validation import dates

MOST_DAYS = 371  # 53 weeks


class PeriodForm(forms.Form):
    """From when to when, by the clock of the practice. Both days count."""

    first = forms.DateField(
        label=_("From"),
        validators=[dates.validate_plausible],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=_("To"),
        validators=[dates.validate_plausible],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", ValidationError(_("This day is before the first one.")))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", ValidationError(_("Choose at most 53 weeks at a time.")))
        return cleaned
