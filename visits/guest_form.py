"""The form by which a patient asks somebody to their visit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_looks import fields_only
from core.people.form_fields import NameField
from visits.models import Guest


class GuestForm(forms.Form):
    """Who it is, and the patient's yes."""

    name = NameField(
        label=_("Their name"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("Your provider and you see it in the room."),
        error_messages={"required": _("Please write their name.")},
    )
    role = forms.ChoiceField(
        label=_("Who are they?"),
        choices=[
            (Guest.Role.RELATIVE, _("A relative or friend")),
            (Guest.Role.INTERPRETER, _("An interpreter")),
            (Guest.Role.COLLEAGUE, _("Somebody who cares for me elsewhere")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose who they are.")},
    )
    agrees = forms.BooleanField(
        label=_(
            "I agree that they see and hear this visit, with what is said of my health and my "
            "treatment. I can take it back at any time."
        ),
        error_messages={"required": _("They can only come if you agree.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()
