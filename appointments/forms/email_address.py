"""The form of an e-mail address that a link is to be sent to."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_looks import fields_only
from core.people.form_fields import AddressField, KeptAddressField, question_about


class AddressForm(forms.Form):
    """Where a lost link, or the proof of an address, is to be sent."""

    email = AddressField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": _("Please write your e-mail address."),
        },
    )
    kept_email = KeptAddressField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()

    def clean_email(self) -> str:
        return question_about(self, "email")
