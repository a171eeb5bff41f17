"""The form of who comes, how to reach them, and what they agree to."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.booking.patients import PatientDetails
from appointments.booking.rules import TooYoung, require_age
from appointments.forms.fields import (
    BirthDateField,
    asked_consent,
    require_textable,
    text_consent,
    texts_wanted,
)
from appointments.models import Appointment, ConsentText, Service, WaitlistEntry
from appointments.scheduling import time_zones
from appointments.scheduling.states import State
from core.form_looks import fields_only
from core.languages.speaking import of_now
from core.people.form_fields import AddressField, KeptAddressField, NameField, question_about
from core.people.phone_numbers import PhoneField


def _name(
    label: Any, autocomplete: str, *, length: int, required_message: Any = "", **kwargs: Any
) -> NameField:
    return NameField(
        label=label,
        max_length=length,
        widget=forms.TextInput({"autocomplete": autocomplete}),
        error_messages={"required": required_message},
        **kwargs,
    )


class DetailsForm(forms.Form):
    """Who comes, how to reach them, and what they agree to; for `hold`, or a place in line.

    `too_young` is the minimum age that the patient has not reached; 0 where they have.
    """

    too_young = 0

    booked_for = forms.ChoiceField(
        label=_("Who is this visit for?"),
        choices=Appointment.BookedFor.choices,
        widget=forms.RadioSelect,
        initial=Appointment.BookedFor.SELF,
    )
    booked_by = _name(
        _("Your own name"),
        "name",
        length=120,
        required=False,
        required_message=_("Please write your own name."),
        help_text=_("Only if you book for someone else."),
    )
    first_name = _name(
        _("First name"),
        "given-name",
        length=60,
        required_message=_("Please write the first name. Who has one name only writes it here."),
    )
    last_name = _name(
        _("Last name"),
        "family-name",
        length=60,
        required=False,
        help_text=_("Leave it empty if there is only one name."),
    )
    birth_date = BirthDateField(
        label=_("Date of birth"),
        help_text=_("Month, day, year: 04171988 is April 17, 1988"),
    )
    phone = PhoneField(
        label=_("Mobile phone"),
        help_text=_("Only if the video fails."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "maxlength": "40"}),
        error_messages={
            "required": _("Please write a phone number, in case the video fails."),
        },
    )
    email = AddressField(
        label=_("E-mail"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("For your visit link. Our e-mails never say what the visit is for."),
        error_messages={
            "required": _("Please write an e-mail address. We send your visit link there."),
        },
    )
    kept_email = KeptAddressField()
    contact = forms.ChoiceField(
        label=_("If something comes up, how may we reach you?"),
        choices=Appointment.Contact.choices,
        help_text=_("Your visit link and reminders come by e-mail in any case."),
    )
    zone = forms.ChoiceField(
        label=_("Where in the state will you be?"),
        widget=forms.RadioSelect,
        help_text=_("Two time zones meet there. We give you the time on your clock."),
        error_messages={"required": _("Please choose where you will be.")},
    )

    def __init__(
        self,
        *args: Any,
        hold: Appointment | WaitlistEntry,
        texts: list[ConsentText],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hold, self.texts = hold, texts
        self._ask_zone(hold.place)
        for text in texts:
            self.fields[f"agree_{text.kind}"] = asked_consent(text)
        if by_text := text_consent():
            self.fields["by_text"] = by_text
            self.fields["phone"].help_text = _("For texts, if you want them, and if video fails.")

    def _ask_zone(self, state: State) -> None:
        """Ask where in a state of two zones they will be; of others there is nothing to ask."""
        if not state.is_split:
            del self.fields["zone"]
            return
        asked = cast(forms.ChoiceField, self.fields["zone"])
        asked.label = gettext("Where in %(state)s will you be?") % {"state": state.name}
        asked.choices = [
            (region.zone, f"{region.places} ({time_zones.words(region.zone)})")
            for region in state.regions
        ]
        if self.hold.zone in {region.zone for region in state.regions}:
            self.initial.setdefault("zone", self.hold.zone)

    @property
    def helper(self) -> FormHelper:
        """Return how the form looks. Made only when it is shown."""
        by_phone = self.hold.service.channel == Service.Channel.PHONE
        if by_phone or getattr(self.hold, "by_call", False):
            self.fields["phone"].help_text = _("We call you on this number.")
        return fields_only(
            "booked_for",
            Field("booked_by", wrapper_class="only-for-other"),
            Row(
                Column("first_name", css_class="col-md-6"),
                Column("last_name", css_class="col-md-6"),
            ),
            Row(Column("birth_date", css_class="col-md-6"), Column("phone", css_class="col-md-6")),
            "email",
            "kept_email",
            "contact",
            *(["zone"] if "zone" in self.fields else []),
            *(f"agree_{text.kind}" for text in self.texts),
            *(["by_text"] if "by_text" in self.fields else []),
        )

    def clean_email(self) -> str:
        return question_about(self, "email")

    def clean_birth_date(self) -> Any:
        birth, hold = self.cleaned_data["birth_date"], self.hold
        try:
            require_age(hold.service, birth, hold.state, getattr(hold, "starts_at", None))
        except TooYoung as error:
            self.too_young = error.minimum
            raise ValidationError(
                _(
                    "This visit is for people who are %(age)d or older that day. Please check the "
                    "year. Is the date right? Then read on below."
                ),
                code="too_young",
                params={"age": error.minimum},
            ) from error
        return birth

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        for_other = cleaned.get("booked_for") == Appointment.BookedFor.OTHER
        if for_other and not cleaned.get("booked_by") and "booked_by" not in self.errors:
            self.add_error("booked_by", _("Please write your own name, so that we know who asks."))
        require_textable(self)
        return cleaned

    def details(self, *, page: str) -> PatientDetails:
        """Return what was typed, for `visits.book`. Only for a valid form."""
        typed = self.cleaned_data
        for_other = typed["booked_for"] == Appointment.BookedFor.OTHER
        return PatientDetails(
            first_name=typed["first_name"],
            last_name=typed["last_name"],
            birth_date=typed["birth_date"],
            email=typed["email"],
            phone=str(typed["phone"]),
            contact=typed["contact"],
            zone=typed.get("zone") or self.hold.zone,
            booked_for=typed["booked_for"],
            booked_by=typed["booked_by"] if for_other else "",
            consent_texts=[text.pk for text in self.texts],
            page=page,
            language=of_now(),
            agreed_in=of_now(),
            **texts_wanted(self),
        )
