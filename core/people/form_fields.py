"""Form fields for what strangers type about a person: a name, an e-mail address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.people.email_addresses import LONGEST, validate_address
from core.people.names import clean_name, validate_name


class AddressField(forms.EmailField):
    """An e-mail address that mail can reach. Every form that takes one asks by this field."""

    default_validators = [validate_address]
    default_error_messages = {"invalid": _("Write the whole address, like name@example.org.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST} | kwargs)


class NameField(forms.CharField):
    """A person's name, in whatever script, and nothing that reads as a link or a second line."""

    default_validators = [validate_name]

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value) or "")
