"""What is typed at the door: an address or a number, the code that came there, and who it is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import BirthDateField
from core.form_looks import fields_only
from core.people.form_fields import AddressField, KeptAddressField, NameField, question_about
from core.people.phone_numbers import PhoneField
from portal.gathering import Person
from portal.sign_in.codes import Reached


class _DoorForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()


class EmailForm(_DoorForm):
    """Where a code is to be sent by e-mail."""

    email = AddressField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"required": _("Please write your e-mail address.")},
    )
    kept_email = KeptAddressField()

    def clean_email(self) -> str:
        return question_about(self, "email")

    @property
    def reached(self) -> Reached:
        return Reached.by_email(self.cleaned_data["email"])


class PhoneForm(_DoorForm):
    """Where a code is to be sent by text."""

    phone = PhoneField(
        label=_("Your mobile number"),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Please write your mobile number.")},
    )

    @property
    def reached(self) -> Reached:
        return Reached.by_phone(self.cleaned_data["phone"].as_e164)


class CodeForm(_DoorForm):
    """The code that came there."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Please write the code from our message.")},
    )


class BirthDateForm(_DoorForm):
    """The one thing more that is asked where an address may be somebody else's too."""

    birth_date = BirthDateField(label=_("Your date of birth"))


class WhoForm(_DoorForm):
    """Who somebody is, as they wrote it when they booked."""

    first_name = NameField(
        label=_("First name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "given-name"}),
        error_messages={"required": _("Please write the first name.")},
    )
    last_name = NameField(
        label=_("Last name"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"autocomplete": "family-name"}),
        help_text=_("Leave it empty if you use one name only."),
    )
    birth_date = BirthDateField(label=_("Date of birth"))
    not_found = False  # whether nothing fits what was typed

    @property
    def person(self) -> Person:
        names = (self.cleaned_data["first_name"], self.cleaned_data["last_name"])
        return Person(*names, self.cleaned_data["birth_date"])


class PasskeyForm(_DoorForm):
    """A new passkey: what to call it, and what the browser made."""

    name = forms.CharField(label=_("Name"), max_length=40)
    credential = forms.CharField(widget=forms.HiddenInput)
