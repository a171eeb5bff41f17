"""Form fields for what strangers type about a person: a name, an e-mail address.

`question_about` asks once about an address that is likely a slip of the finger.
"""

from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.people import domain_typos
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


class KeptAddressField(forms.CharField):
    """Holds the address that somebody was asked about: sent once more, it is what they mean."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=LONGEST, **kwargs)


def question_about(form: forms.Form, name: str) -> str:
    """Return the address in `form`'s field `name`, for that field's `clean_…`.

    Raises ValidationError, once, where its domain is likely a slip: "gmial.com". The form has a
    KeptAddressField called `kept_` and that name, in its layout too.
    """
    email: str = form.cleaned_data[name]
    meant = domain_typos.likely_address(email)
    kept = form.add_prefix(f"kept_{name}")
    if not meant or form.data.get(kept) == email:
        return email
    data: Any = copy(form.data)  # what was sent cannot be changed
    data[kept] = email
    form.data = data
    raise ValidationError(
        _("Did you mean %(meant)s? Correct it, or send it once more if it is right as it is."),
        code="domain",
        params={"meant": meant},
    )
