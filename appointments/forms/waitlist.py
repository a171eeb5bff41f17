"""What somebody who waits types: which times suit, and the details that a booking will need."""

from collections.abc import Sequence
from typing import Any, cast

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.details import DetailsForm
from appointments.forms.fields import asked_consent
from appointments.models import ConsentText, Provider, WaitlistEntry, WeeklyHours
from appointments.scheduling import time_zones
from appointments.scheduling.time_preferences import TimePreferences
from core.form_looks import fields_only

PARTS = [
    (WaitlistEntry.Part.MORNING, _("Morning")),
    (WaitlistEntry.Part.AFTERNOON, _("Afternoon")),
    (WaitlistEntry.Part.EVENING, _("Evening, from 5")),
]

BOXES = "appointments/_boxes_in_a_row.html"


class JoinForm(DetailsForm):
    """The details of a booking, and before them the times that suit. Nothing ticked means any."""

    provider: forms.ModelChoiceField = forms.ModelChoiceField(
        Provider.objects.none(),
        label=_("With whom?"),
        required=False,
        empty_label=_("Anyone"),
        to_field_name="slug",
        error_messages={
            "invalid_choice": _("They cannot be chosen any more. Please choose somebody else.")
        },
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Which days?"),
        choices=WeeklyHours.Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave all empty if any day is fine."),
    )
    parts = forms.MultipleChoiceField(
        label=_("Which times of day?"),
        choices=PARTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave all empty if any time is fine."),
    )

    def __init__(
        self, *args: Any, hold: WaitlistEntry, providers: Sequence[Provider], **kwargs: Any
    ) -> None:
        super().__init__(*args, hold=hold, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["provider"])
        field.queryset = Provider.objects.filter(pk__in=[provider.pk for provider in providers])

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        boxes = (InlineCheckboxes(name, template=BOXES) for name in ("weekdays", "parts"))
        preferences = ["provider", *boxes]
        about = [*helper.layout.fields]
        helper.layout.fields = [
            Fieldset(_("Which times suit you?"), *preferences),
            Fieldset(_("About you"), *about),
        ]
        return helper

    @property
    def preferences(self) -> TimePreferences:
        """Return what suits, on the patient's clock. Only for a valid form."""
        typed = self.cleaned_data
        zone = time_zones.find(typed.get("zone")) or self.hold.patient_zone
        return TimePreferences(zone, frozenset(typed["weekdays"]), frozenset(typed["parts"]))


class AgreeForm(forms.Form):
    """The texts that a patient has to agree to anew. Without any there is nothing to ask."""

    def __init__(self, *args: Any, texts: Sequence[ConsentText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for text in texts:
            self.fields[f"agree_{text.kind}"] = asked_consent(text)
        self.helper = fields_only()
