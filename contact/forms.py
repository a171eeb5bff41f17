"""What visitors type on the page Contact. What becomes of it is for `workflow`."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.scheduling.states import STATE_CHOICES
from contact.models import LONGEST_MESSAGE, ContactRequest
from contact.workflow import Sent
from core.form_looks import fields_only
from core.people import email_addresses
from core.people.form_fields import AddressField, KeptAddressField, NameField, question_about
from core.people.phone_numbers import PhoneField

NO_HEALTH = _(
    "Please leave out your health and your medicines. What you write here is not part of your care."
)


class ContactForm(forms.Form):
    """What both forms ask: a name. `whose` is what limits count by."""

    FROM_ELSEWHERE: ClassVar[Any] = _(
        "Your browser did not say that this came from our page. Please send it again."
    )
    name = NameField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "name"}),
        help_text=_("A first name is enough."),
        error_messages={"required": _("Please write a name. A first name is enough.")},
    )

    @property
    def whose(self) -> str:
        """Return the mailbox or the number that this is about. Only for a valid form."""
        email = self.cleaned_data.get("email")
        return email_addresses.mailbox(email) if email else str(self.cleaned_data["phone"])


class MessageForm(ContactForm):
    """A short message, and where the answer goes: by e-mail or by phone."""

    email = AddressField(
        label=_("E-mail"), required=False, widget=forms.EmailInput({"autocomplete": "email"})
    )
    kept_email = KeptAddressField()
    phone = PhoneField(
        label=_("Phone"),
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "maxlength": "40"}),
    )
    topic = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[("", _("I would rather not say")), *ContactRequest.Topic.choices],
        required=False,
    )
    message = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea({"rows": 4}),
        help_text=NO_HEALTH,
        error_messages={
            "required": _("Please write what we can do for you, in a sentence or two."),
            "max_length": _("At most %(limit_value)d characters fit; yours has %(show_value)d."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "message_%s"} | kwargs)

    @property
    def helper(self) -> FormHelper:
        """Return how the form looks."""
        return fields_only(
            "name",
            Row(Column("email", css_class="col-sm-6"), Column("phone", css_class="col-sm-6")),
            "kept_email",
            "topic",
            "message",
        )

    def clean_email(self) -> str:
        return question_about(self, "email")

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        given = cleaned.get("email") or cleaned.get("phone")
        if not given and not {"email", "phone"} & self.errors.keys():
            self.add_error("email", _("Please write an e-mail address or a phone number."))
        return cleaned

    def sent(self) -> Sent:
        """Return what was typed. Only for a valid form."""
        typed = self.cleaned_data
        return Sent(
            kind=ContactRequest.Kind.MESSAGE,
            name=typed["name"],
            email=typed["email"],
            phone=str(typed["phone"] or ""),
            topic=typed["topic"],
            message=typed["message"],
        )


class CallBackForm(ContactForm):
    """Whom to call, when, and whether a voice message is fine. Why is not asked."""

    phone = PhoneField(
        label=_("Phone"),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "maxlength": "40"}),
        error_messages={"required": _("Please write the number that we shall call.")},
    )
    best_time = forms.ChoiceField(
        label=_("When is a good time?"),
        choices=ContactRequest.BestTime.choices,
        initial=ContactRequest.BestTime.ANY,
    )
    state = forms.ChoiceField(
        label=_("Which state are you in?"),
        choices=[("", _("I would rather not say")), *STATE_CHOICES],
        required=False,
        help_text=_("So that we call at a good hour on your clock."),
    )
    leave_message = forms.ChoiceField(
        label=_("May we leave a message?"),
        choices=[
            ("no", _("No. Only talk to me")),
            ("yes", _("Yes. You give only your number, never why you call")),
        ],
        initial="no",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "call_%s"} | kwargs)

    @property
    def helper(self) -> FormHelper:
        """Return how the form looks."""
        return fields_only("name", "phone", "best_time", "state", Field("leave_message"))

    def clean_phone(self) -> Any:
        phone = self.cleaned_data["phone"]
        if phone and phone.country_code != 1:
            raise ValidationError(_("We can call numbers in the United States only."))
        return phone

    def sent(self) -> Sent:
        """Return what was typed. Only for a valid form."""
        typed = self.cleaned_data
        return Sent(
            kind=ContactRequest.Kind.CALL,
            name=typed["name"],
            phone=str(typed["phone"]),
            best_time=typed["best_time"],
            state=typed["state"],
            may_leave_message=typed["leave_message"] == "yes",
        )
