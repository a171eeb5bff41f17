"""The form under a text to sign: who signs, by the name they type."""

from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.form_looks import fields_only
from core.people.form_fields import NameField
from core.validation.primary_keys import parse_key
from visits.models.consents import ConsentDocument, ConsentSignature


class SignForm(forms.Form):
    """A typed name, which signs `document` as it was shown."""

    document = forms.CharField(widget=forms.HiddenInput)
    signer = forms.ChoiceField(
        label=_("Who signs?"),
        choices=ConsentSignature.Signer.choices,
        widget=forms.RadioSelect,
        initial=ConsentSignature.Signer.PATIENT,
    )
    name = NameField(
        label=_("Your full name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("Typing it is your signature."),
        error_messages={"required": _("Please type your name, if you want to sign.")},
    )
    agree = forms.BooleanField(
        label=_("I have read this, and I agree to it."),
        error_messages={"required": _("Please tick this, if you want to sign.")},
    )

    def __init__(self, *args: Any, document: ConsentDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = document
        self.fields["document"].initial = document.pk
        self.helper = fields_only()

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if parse_key(cleaned.get("document")) != self.shown.pk:
            data: Any = copy(self.data)  # what was sent cannot be changed
            data["document"] = str(self.shown.pk)
            self.data = data
            raise ValidationError(
                _("The text has changed since you opened it. Please read it once more, then sign.")
            )
        return cleaned
