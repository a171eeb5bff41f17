"""What staff type when they book or move a visit. Whether a time can be had is for `booking`."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from appointments.admin import free_times, practice_time
from appointments.booking.patients import PatientDetails
from appointments.booking.staff_booking import WantedVisit
from appointments.forms.fields import BirthDateField, ConsentField
from appointments.forms.slots import parse_slot
from appointments.models import Appointment, ConsentText, Patient, Provider, Service
from appointments.scheduling import opening_hours, time_zones
from appointments.scheduling.availability import Grid
from appointments.scheduling.states import STATE_CHOICES, STATES
from core.people.form_fields import AddressField, NameField
from core.people.phone_numbers import PhoneField
from core.validation import dates
from core.validation.primary_keys import parse_key, parse_keys

BOOK_PAGE = "admin:appointments_appointment_book"


def parse_choice(text: str) -> tuple[datetime, Provider] | None:
    """Return what `free_times.value` wrote; None for anything else."""
    start, _slash, pk = text.partition("/")
    provider = Provider.objects.filter(pk=parse_key(pk)).first()
    starts_at = parse_slot(start)
    return (starts_at, provider) if starts_at and provider else None


def day_field(**kwargs: Any) -> forms.DateField:
    """Return a field with the browser's own calendar, for days of our time."""
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, validators=[dates.validate_plausible], **kwargs)


def spoken_consent(text: ConsentText) -> ConsentField:
    """Return the box that staff tick when the patient agrees to `text` by word."""
    field = ConsentField(text)
    field.error_messages["required"] = _(
        "Please read this to the patient, and tick it when they agree."
    )
    return field


class FreeTimesForm(forms.Form):
    """Which free times to show."""

    provider = forms.ModelChoiceField(
        Provider.objects.active(), label=_("Provider"), required=False, empty_label=_("Anyone")
    )
    day = day_field(label=_("From"), required=False)


class VisitChoiceForm(FreeTimesForm):
    """Which kind of visit, in which state, and which free times to show."""

    service = forms.ModelChoiceField(Service.objects.filter(active=True), label=_("Service"))
    state = forms.ChoiceField(
        label=_("Where the patient will be"), choices=[("", "–"), *STATE_CHOICES]
    )
    field_order = ["service", "state", "provider", "day"]


class StaffTimeForm(forms.Form):
    """One of the free times, or any other with its provider and a reason."""

    slot = forms.CharField(required=False, max_length=40)
    other_day = day_field(label=_("Day"), required=False)
    other_clock = forms.TimeField(
        label=_("Time"),
        required=False,
        input_formats=practice_time.TIME_INPUT_FORMATS,
        widget=forms.TextInput({"placeholder": "2:30 pm", "autocomplete": "off"}),
    )
    other_provider = forms.ModelChoiceField(
        Provider.objects.active(), label=_("Provider"), required=False
    )
    reason = forms.CharField(
        label=_("Why outside the rules"),
        max_length=200,
        required=False,
        help_text=_(
            "Needed only for a time that patients could not book: closed hours, short notice, "
            "too far ahead, a full day. For staff; no e-mail says it."
        ),
    )

    service: Service
    state: str
    visit: Appointment | None = None

    def __init__(self, *args: Any, choice: dict, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider: Provider | None = choice.get("provider")
        self.first_day = choice.get("day") or practice_time.today()
        self.fields["other_provider"].initial = self.provider
        self.asked_about: list[Appointment] = []

    def add_booked_already_error(self, visit: Appointment) -> None:
        """Say that the button was pressed twice, or the page sent again."""
        self.add_error(
            None,
            format_html(
                '{} <a href="{}">{}</a>',
                _("This visit is booked already. It was not booked a second time."),
                reverse("admin:appointments_appointment_change", args=[visit.pk]),
                _("Open the visit"),
            ),
        )

    def ask_about_simultaneous(self, visits: list[Appointment]) -> None:
        """Show a box for each of these visits at the same time, to tick where both are wanted."""
        self.asked_about = visits
        self.add_error(
            None,
            _(
                "The patient has another visit at that time. "
                "Choose another time, or tick that both are wanted."
            ),
        )

    @property
    def beside(self) -> list[tuple[int, str]]:
        """Return the boxes: the key of each visit, and its words."""
        return [(visit.pk, free_times.visit_words(visit)) for visit in self.asked_about]

    @cached_property
    def grid(self) -> Grid:
        """The free times of the seven days from the chosen one."""
        return free_times.week_of(self.service, self.state, self.first_day, self.visit)

    @property
    def days(self) -> list[free_times.Day]:
        """The free times by day, each on the patient's clock as well where that differs."""
        zone = self.visit.zone if self.visit else STATES[self.state].zone
        return free_times.days(self.grid, self.provider, ZoneInfo(zone))

    def clean_slot(self) -> tuple[datetime, Provider] | None:
        if not self.cleaned_data["slot"]:
            return None
        found = parse_choice(self.cleaned_data["slot"])
        if found is None:
            raise ValidationError(_("This is not a time."))
        return found

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        day, clock = cleaned.get("other_day"), cleaned.get("other_clock")
        if day and clock:
            provider = cleaned.get("other_provider")
            if provider is None:
                self.add_error("other_provider", _("Please choose a provider."))
            second = opening_hours.instant(day, clock, practice_time.zone())
            cleaned["slot"] = datetime.fromtimestamp(second, UTC), provider
        elif not cleaned.get("slot") and not self.errors:
            self.add_error(None, _("Please choose a free time, or write a day and a time."))
        return cleaned

    def wish(self) -> WantedVisit:
        """Return what was typed, for `booking`. Only of a valid form."""
        starts_at, provider = self.cleaned_data["slot"]
        reason = self.cleaned_data["reason"].strip()
        beside = frozenset(parse_keys(self.data.getlist("beside")))  # type: ignore[attr-defined]  # a QueryDict
        return WantedVisit(provider, self.service, self.state, starts_at, reason, beside)


class StaffMoveForm(StaffTimeForm):
    """Another time for a booked visit."""

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.service, self.state = visit, visit.service, visit.state


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
    email = AddressField(label=_("E-mail"))
    phone = PhoneField(label=_("Phone"))
    contact = forms.ChoiceField(
        label=_("If we need to reach them"), choices=Appointment.Contact.choices
    )
    zone = forms.ChoiceField(label=_("The patient’s time zone"))

    def __init__(
        self, *args: Any, choice: dict, patient: Patient | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, choice=choice, **kwargs)
        self.service, self.state, self.patient = choice["service"], choice["state"], patient
        regions = STATES[self.state].regions
        self.fields["zone"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (region.zone, f"{time_zones.words(region.zone)} ({region.places})")
            for region in regions
        ]
        if patient:
            for name in ("first_name", "last_name", "birth_date", "email"):
                del self.fields[name]
            self.fields["phone"].initial = patient.phone
        self.texts = ConsentText.current()
        for text in self.texts:
            self.fields[f"agree_{text.kind}"] = spoken_consent(text)

    @property
    def who(self) -> list[forms.BoundField]:
        names = ("first_name", "last_name", "birth_date", "email", "phone", "contact", "zone")
        return [self[name] for name in names if name in self.fields]

    @property
    def agreements(self) -> list[forms.BoundField]:
        return [self[f"agree_{text.kind}"] for text in self.texts]

    def details(self) -> PatientDetails:
        """Return what was typed, for `booking`. Only of a valid form."""
        typed, known = self.cleaned_data, self.patient
        names = ("first_name", "last_name", "birth_date", "email")
        who = {name: getattr(known, name) if known else typed[name] for name in names}
        return PatientDetails(
            **who,
            phone=str(typed["phone"]),
            contact=typed["contact"],
            zone=typed["zone"],
            consent_texts=[text.pk for text in self.texts],
            page=BOOK_PAGE,
        )
