"""What the desk writes down about somebody who calls and wants to wait."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.admin.booking_choice import licensed_states
from appointments.booking.patients import PatientDetails
from appointments.forms.fields import (
    BirthDateField,
    LanguageField,
    require_textable,
    spoken_consent,
    spoken_text_consent,
    texts_wanted,
)
from appointments.forms.waitlist import PARTS
from appointments.models import Appointment, ConsentText, Patient, Provider, Service, WeeklyHours
from appointments.scheduling import time_zones
from appointments.scheduling.states import STATE_CHOICES, STATES
from appointments.scheduling.time_preferences import TimePreferences
from core.people.form_fields import AddressField, NameField
from core.people.phone_numbers import PhoneField

PAGE = "admin:appointments_waitlistentry_add_caller"
IDENTITY = ("first_name", "last_name", "birth_date", "email")
PHONE_ONLY = _("Empty where they have none: then you call them.")


class CallerForm(forms.Form):
    """Who waits, for what, and which times suit. Nothing ticked means any."""

    first_name = NameField(label=_("First name"), max_length=60)
    last_name = NameField(label=_("Last name"), max_length=60, required=False)
    birth_date = BirthDateField(label=_("Date of birth"))
    phone = PhoneField(label=_("Phone"))
    email = AddressField(label=_("E-mail"), required=False, help_text=PHONE_ONLY)
    contact = forms.ChoiceField(
        label=_("If we need to reach them"), choices=Appointment.Contact.choices
    )
    language = LanguageField()
    service: forms.ModelChoiceField = forms.ModelChoiceField(
        Service.objects.filter(active=True), label=_("Service")
    )
    state = forms.ChoiceField(label=_("Where the patient will be"))
    zone = forms.ChoiceField(label=_("The patient’s time zone"), required=False)
    provider = forms.ModelChoiceField(
        Provider.objects.active(), label=_("With whom"), required=False, empty_label=_("Anyone")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Which days"),
        choices=WeeklyHours.Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    parts = forms.MultipleChoiceField(
        label=_("Which times of day"),
        choices=PARTS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, patient: Patient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        licensed = licensed_states()
        states = [choice for choice in STATE_CHOICES if choice[0] in licensed]
        self.fields["state"].choices = [("", "–"), *states]  # type: ignore[attr-defined]  # a ChoiceField
        zones = {region.zone for code, _name in states for region in STATES[code].regions}
        named = sorted((zone, time_zones.words(zone)) for zone in zones)
        self.fields["zone"].choices = [("", _("The usual one of the state")), *named]  # type: ignore[attr-defined]  # a ChoiceField
        if patient:
            for name in IDENTITY:
                del self.fields[name]
            known = {"phone": patient.phone, "language": patient.language}
            self.initial = known | dict(self.initial)
        for text in ConsentText.current():
            if text.kind == ConsentText.Kind.EMAIL and not self._has_address:
                continue
            self.fields[f"agree_{text.kind}"] = spoken_consent(text)
        if by_text := spoken_text_consent():
            self.fields["by_text"] = by_text

    @property
    def _has_address(self) -> bool:
        """Whether e-mail can be sent; on the empty page of somebody new it may be typed yet."""
        if self.patient:
            return bool(self.patient.email)
        return not self.is_bound or bool(self.data.get("email", "").strip())

    @property
    def texts(self) -> list[ConsentText]:
        return [field.text for name, field in self.fields.items() if name.startswith("agree_")]  # type: ignore[attr-defined]  # a ConsentField

    @property
    def agreements(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if _is_agreement(name)]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not _is_agreement(name)]

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        service, provider = cleaned.get("service"), cleaned.get("provider")
        if service and provider and not service.providers.filter(pk=provider.pk).exists():
            self.add_error("provider", _("They do not offer this service."))
        require_textable(self)
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """Return what `by_hand.add_caller` is told. Only of a valid form."""
        typed, known = self.cleaned_data, self.patient
        who = {name: getattr(known, name) if known else typed[name] for name in IDENTITY}
        contact = typed["contact"]
        if not who["email"] and contact == Appointment.Contact.EMAIL:
            contact = Appointment.Contact.CALL
        zone = STATES[typed["state"]].zone_for(typed["zone"])
        details = PatientDetails(
            **who,
            phone=str(typed["phone"]),
            contact=contact,
            zone=zone,
            language=typed["language"],
            consent_texts=[text.pk for text in self.texts],
            page=PAGE,
            **texts_wanted(self),
        )
        wishes = frozenset(typed["weekdays"]), frozenset(typed["parts"])
        return {
            "service": typed["service"],
            "state": typed["state"],
            "provider": typed["provider"],
            "details": details,
            "preferences": TimePreferences(ZoneInfo(zone), *wishes),
        }


def _is_agreement(name: str) -> bool:
    return name.startswith("agree_") or name == "by_text"
