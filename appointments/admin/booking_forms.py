"""What staff type when they book a visit: who it is for, when, and what was agreed to."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.admin.visit_time_forms import StaffTimeForm
from appointments.booking.patients import PatientDetails
from appointments.forms.fields import (
    BirthDateField,
    LanguageField,
    require_textable,
    spoken_consent,
    spoken_text_consent,
    texts_wanted,
)
from appointments.models import (
    Appointment,
    ConsentText,
    Patient,
    WaitlistEntry,
)
from appointments.scheduling import time_zones
from appointments.scheduling.states import STATES
from core.people.form_fields import AddressField, NameField
from core.people.phone_numbers import PhoneField

BOOK_PAGE = "admin:appointments_appointment_book"
IDENTITY = ("first_name", "last_name", "birth_date", "email")
WHO = (*IDENTITY, "phone", "contact", "language")


class StaffBookingForm(StaffTimeForm):
    """The whole visit. Of a patient whom we know, name and birth date are taken as they stand."""

    first_name = NameField(label=_("First name"), max_length=60)
    last_name = NameField(
        label=_("Last name"),
        max_length=60,
        required=False,
        help_text=_("Empty where there is only one name."),
    )
    birth_date = BirthDateField(label=_("Date of birth"))
    email = AddressField(
        label=_("E-mail"),
        required=False,
        help_text=_("Empty where they have none: then you call them."),
    )
    phone = PhoneField(label=_("Phone"))
    contact = forms.ChoiceField(
        label=_("If we need to reach them"), choices=Appointment.Contact.choices
    )
    language = LanguageField()
    zone = forms.ChoiceField(label=_("The patient’s time zone"))

    agree_all = forms.BooleanField(label=_("They agree to all of it"), required=False)

    def __init__(
        self,
        *args: Any,
        choice: dict,
        patient: Patient | None = None,
        entry: WaitlistEntry | None = None,
        typed: Mapping[str, str] | None = None,
        is_clear: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, choice=choice, **kwargs)
        self.service, self.state, self.patient = choice.get("service"), choice["state"], patient
        self.entry = entry
        self.initial = {**self.initial, **self._known(typed or {})}
        regions = STATES[self.state].regions if self.state else ()
        self.fields["zone"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (region.zone, f"{time_zones.words(region.zone)} ({region.places})")
            for region in regions
        ]
        self.is_clear = is_clear
        for name in () if is_clear and not patient else IDENTITY if is_clear else WHO:
            del self.fields[name]
        for name in {*WHO, "zone"} & self.fields.keys():
            # They stand above the form, beside who it is for.
            self.fields[name].widget.attrs["form"] = "booking"
        self.texts = ConsentText.current()
        all_agreed = bool(self.data.get("agree_all"))
        if patient and not patient.email:
            self.texts = [text for text in self.texts if text.kind != ConsentText.Kind.EMAIL]
        for text in self.texts:
            field = self.fields[f"agree_{text.kind}"] = spoken_consent(text)
            # To a person without an address nobody sends e-mail, so nobody is asked about it.
            asked = text.kind != ConsentText.Kind.EMAIL or self._sends_email
            field.required = asked and not all_agreed
        if by_text := spoken_text_consent():
            self.fields["by_text"] = by_text
        self._fill_in_other_time()

    def _known(self, typed: Mapping[str, str]) -> dict[str, Any]:
        """Return what is known of whom it is for, or was typed while they were looked for."""
        if self.entry:
            names = (*WHO, "zone")
            return {name: getattr(self.entry, name) for name in names}
        if self.patient is None:
            words = typed.get("q", "").split()
            named = words if all(word.isalpha() for word in words) else []
            return {"first_name": " ".join(named[:1]), "last_name": " ".join(named[1:])}
        last = self.patient.appointments.order_by("-starts_at").first()
        known = {"phone": self.patient.phone, "language": self.patient.language}
        return known | ({"contact": last.contact, "zone": last.zone} if last else {})

    def clean(self) -> dict:
        if not self.is_clear:
            self.add_error(None, _("Please find the patient first, or write down a new one."))
        require_textable(self)
        return super().clean()

    @property
    def _sends_email(self) -> bool:
        """Whether there is an address, of the record or as it was typed."""
        return bool(self.patient.email if self.patient else self.data.get("email", "").strip())

    def clean_contact(self) -> str:
        """Return how they are reached: by phone without an address, whatever stood there."""
        contact: str = self.cleaned_data["contact"]
        by_mail = contact == Appointment.Contact.EMAIL
        return Appointment.Contact.CALL if by_mail and not self._sends_email else contact

    @property
    def who(self) -> list[forms.BoundField]:
        return [self[name] for name in WHO if name in self.fields]

    @property
    def has_zones(self) -> bool:
        """Whether the patient's state keeps more than one clock."""
        return bool(self.state) and STATES[self.state].is_split

    @property
    def agreements(self) -> list[forms.BoundField]:
        names = [*(f"agree_{text.kind}" for text in self.texts), "by_text"]
        return [self[name] for name in names if name in self.fields]

    def details(self) -> PatientDetails:
        """Return what was typed, for `booking`. Only of a valid form."""
        typed, known = self.cleaned_data, self.patient
        who = {name: getattr(known, name) if known else typed[name] for name in IDENTITY}
        return PatientDetails(
            **who,
            phone=str(typed["phone"]),
            contact=typed["contact"],
            zone=typed["zone"],
            language=typed["language"],
            consent_texts=[
                text.pk
                for text in self.texts
                if who["email"] or text.kind != ConsentText.Kind.EMAIL
            ],
            page=BOOK_PAGE,
            **texts_wanted(self),
            **self._caller(),
        )

    def _caller(self) -> dict[str, Any]:
        """Return who asked for the place in line, where that was another than the patient."""
        names = ("booked_for", "booked_by")
        return {name: getattr(self.entry, name) for name in names} if self.entry else {}
