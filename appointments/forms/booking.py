"""What patients type. Forms check what was typed; whether a time is free is for `booking`."""

import re
from datetime import UTC, date, datetime
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.booking import PatientDetails
from appointments.forms import written_dates
from appointments.models import Appointment, ConsentText, Service, WaitlistEntry
from appointments.scheduling import time_zones
from appointments.scheduling.states import State
from core.people.form_fields import AddressField, NameField
from core.people.phone_numbers import PhoneField
from core.validation import dates

# Years that every time zone and a fortnight more or less stay within.
SLOT = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z")
EARLIEST_BIRTH = date(1900, 1, 1)


class SlotForm(forms.Form):
    """The button that a patient pressed: a start in UTC, such as `2026-11-10T14:30Z`."""

    slot = forms.CharField(max_length=20)

    def clean_slot(self) -> datetime:
        text = self.cleaned_data["slot"]
        if SLOT.fullmatch(text):
            try:
                return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
            except ValueError:
                pass
        raise ValidationError(_("This is not a time."))


class BirthDateField(forms.DateField):
    """Month, day, year, as people in the US write it, or what a phone's autofill gives.

    A phone shows digits alone for it, and an iPhone no slash: eight of them are enough.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(
            widget=forms.DateInput(
                format="%m/%d/%Y",
                attrs={"inputmode": "numeric", "autocomplete": "bday", "maxlength": "24"},
            ),
            error_messages={
                "invalid": _(
                    "Write the date as month, day and year, like 04171988 for April 17, 1988."
                ),
                "required": _("Please write the date of birth, like 04171988 for April 17, 1988."),
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        day = written_dates.read(value)
        if day is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day

    def clean(self, value):
        birth = super().clean(value)
        if birth and birth > timezone.now().date():
            raise ValidationError(_("This date is in the future. Please check the year."))
        if birth and birth < EARLIEST_BIRTH:
            raise ValidationError(_("Please check the year of birth. Write all four digits."))
        return birth


def _name(label, autocomplete: str, *, length: int, required_message="", **kwargs) -> NameField:
    return NameField(
        label=label,
        max_length=length,
        widget=forms.TextInput({"autocomplete": autocomplete}),
        error_messages={"required": required_message},
        **kwargs,
    )


class ConsentField(forms.BooleanField):
    """A yes to exactly the version of the text that was on the page."""

    def __init__(self, text: ConsentText) -> None:
        super().__init__(
            label=text.text,
            widget=ConsentInput(attrs={"value": str(text.pk)}),
            error_messages={
                "required": _agree_first(text),
                "changed": _("We have changed this text. Please read it and agree again."),
            },
        )
        self.text = text

    def to_python(self, value: str | bool | None) -> bool:
        if not value:
            return False
        if value != str(self.text.pk):
            raise ValidationError(self.error_messages["changed"], code="changed")
        return True


class ConsentInput(forms.CheckboxInput):
    """Gives the value that was sent, which names the version, and is ticked again for it alone."""

    def __init__(self, attrs: dict) -> None:
        super().__init__(attrs, check_test=lambda value: str(value) == attrs["value"])

    def format_value(self, value) -> None:
        return None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name, "")


def half(field: str) -> Column:
    """Half a row on a wide screen."""
    return Column(field, css_class="col-md-6")


class DetailsForm(forms.Form):
    """Who comes, how to reach them, and what they agree to; for `hold`, or a place in line."""

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
    contact = forms.ChoiceField(
        label=_("If we need to reach you"), choices=Appointment.Contact.choices
    )
    zone = forms.ChoiceField(
        label=_("Where in the state will you be?"),
        widget=forms.RadioSelect,
        help_text=_("Two time zones meet there. We give you the time on your clock."),
        error_messages={"required": _("Please choose where you will be.")},
    )

    def __init__(
        self,
        *args,
        hold: Appointment | WaitlistEntry,
        texts: list[ConsentText],
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hold, self.texts = hold, texts
        self._ask_zone(hold.place)
        for text in texts:
            self.fields[f"agree_{text.kind}"] = ConsentField(text)

    def _ask_zone(self, state: State) -> None:
        """Where two zones split a state the answer decides; elsewhere there is nothing to ask."""
        if not state.is_split:
            del self.fields["zone"]
            return
        asked = cast(forms.ChoiceField, self.fields["zone"])
        asked.label = _now("Where in %(state)s will you be?") % {"state": state.name}
        asked.choices = [
            (region.zone, f"{region.places} ({time_zones.words(region.zone)})")
            for region in state.regions
        ]
        if self.hold.zone in {region.zone for region in state.regions}:
            self.initial.setdefault("zone", self.hold.zone)

    @property
    def helper(self) -> FormHelper:
        """How the form looks. Made only when it is shown."""
        by_phone = self.hold.service.channel == Service.Channel.PHONE
        if by_phone or getattr(self.hold, "by_call", False):
            self.fields["phone"].help_text = _("We call you on this number.")
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.form_show_errors = True
        helper.layout = Layout(
            "booked_for",
            Field("booked_by", wrapper_class="only-for-other"),
            Row(
                Column("first_name", css_class="col-md-6"),
                Column("last_name", css_class="col-md-6"),
            ),
            Row(Column("birth_date", css_class="col-md-6"), Column("phone", css_class="col-md-6")),
            "email",
            "contact",
            *(["zone"] if "zone" in self.fields else []),
            *(f"agree_{text.kind}" for text in self.texts),
        )
        return helper

    def clean(self):
        cleaned = super().clean() or {}
        for_other = cleaned.get("booked_for") == Appointment.BookedFor.OTHER
        if for_other and not cleaned.get("booked_by") and "booked_by" not in self.errors:
            self.add_error("booked_by", _("Please write your own name, so that we know who asks."))
        return cleaned

    def details(self, *, page: str) -> PatientDetails:
        """What was typed, for `booking.book`. Only for a valid form."""
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
        )


def _agree_first(text: ConsentText):
    if text.kind == ConsentText.Kind.EMAIL:
        return _("We need your yes to send you the visit link by e-mail.")
    return _("We need your yes before a visit by video or phone.")


class AddressForm(forms.Form):
    """An e-mail address that something is to be sent to."""

    email = AddressField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={
            "required": _("Please write your e-mail address."),
        },
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Would you like to say why? You do not have to."),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Only our front desk reads it."),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class ZoneForm(forms.Form):
    """Another time zone to show times in."""

    zone = forms.CharField(max_length=60, label=_("Time zone"))

    def clean_zone(self) -> str:
        zone = time_zones.find(self.cleaned_data["zone"])
        if zone is None:
            raise ValidationError(_("We do not know this time zone."))
        return str(zone)


def parse_day(text: str) -> date | None:
    """Return the day in a query string; None where there is none, or none of our time.

    A day at the end of the calendar has no next one, nor a moment in every zone.
    """
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and dates.FIRST <= day <= dates.LAST else None
