"""The form of a patient who cancels."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_looks import fields_only


class CancelForm(forms.Form):
    """Why, in as many words as the patient likes."""

    reason = forms.CharField(
        label=_("Would you like to say why? You do not have to."),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Only our front desk reads it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
