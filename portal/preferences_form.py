"""The form of how somebody wants to be reached."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from appointments.forms.fields import text_consent
from appointments.models import Appointment, Patient
from core.form_looks import fields_only
from core.sms import numbers
from portal import contact_preferences

Contact = Appointment.Contact
CALLS = [
    (Contact.MESSAGE, _("Call me. A message on the machine is fine")),
    (Contact.CALL, _("Call me, but leave no message")),
    (Contact.EMAIL, _("Call me only if it cannot wait, and leave no message")),
]


class PreferencesForm(forms.Form):
    """Mail, calls and language, for one patient."""

    by_mail = forms.BooleanField(
        label=_("Write to me by e-mail"),
        required=False,
        help_text=_(
            "Confirmations and reminders. Without them we call you when a visit changes. A code or "
            "a link that you ask for comes all the same."
        ),
    )
    contact = forms.ChoiceField(label=_("And by phone?"), choices=CALLS, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("In which language?"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not patient.email:  # then the desk calls
            del self.fields["by_mail"]
            contact = cast(forms.ChoiceField, self.fields["contact"])
            contact.choices = [choice for choice in CALLS if choice[0] != Contact.EMAIL]
        self._ask_about_texts(patient)
        self.helper = fields_only()

    def _ask_about_texts(self, patient: Patient) -> None:
        """Ask where the site sends texts, and the record's number can get them."""
        field = text_consent() if numbers.textable(patient.phone) else None
        if field is None:
            return
        self.fields["by_text"] = field
        if contact_preferences.gets_texts(patient):
            self.initial["by_text"] = str(field.text.pk)
        self.order_fields(["by_mail", "by_text"])

    @property
    def by_text(self) -> bool | None:
        """Whether texts are wanted; None where that was not asked. Only for a valid form."""
        return bool(self.cleaned_data["by_text"]) if "by_text" in self.fields else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        by_mail = cleaned.get("by_mail", False)
        if not by_mail and cleaned.get("contact") == Contact.EMAIL:
            self.add_error(
                "contact",
                _("Without e-mail we have to call you when a visit changes. Please choose how."),
            )
        return cleaned
