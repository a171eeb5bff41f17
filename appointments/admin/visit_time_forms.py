"""The time of a visit that staff book or move. Whether it can be had is for `booking`."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from appointments.admin import free_times, practice_time
from appointments.admin.booking_choice import day_field
from appointments.admin.free_times import ShownTimes
from appointments.booking.staff_booking import WantedVisit
from appointments.forms.slots import parse_slot
from appointments.models import (
    Appointment,
    Provider,
    Service,
)
from appointments.scheduling import opening_hours
from appointments.scheduling.states import STATES
from core.validation.primary_keys import parse_key, parse_keys


def parse_choice(text: str) -> tuple[datetime, Provider] | None:
    """Return what `free_times.value` wrote; None for anything else."""
    start, _slash, pk = text.partition("/")
    provider = Provider.objects.filter(pk=parse_key(pk)).first()
    starts_at = parse_slot(start)
    return (starts_at, provider) if starts_at and provider else None


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

    # Neither is known before it is chosen.
    service: Service | None
    state: str
    visit: Appointment | None = None

    def __init__(
        self, *args: Any, choice: dict, starts_at: datetime | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.provider: Provider | None = choice.get("provider")
        self.asked_day: date | None = choice.get("day")
        self.or_first = bool(choice.get("soonest"))
        self.starts_at = starts_at
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
    def shown(self) -> ShownTimes | None:
        """The free times that stand on the page, once it is clear of which visit."""
        if self.service is None or not self.state:
            return None
        if self.visit:
            zone = self.visit.zone
        else:
            zone = STATES[self.state].zone_for(str(self["zone"].value() or ""))
        return ShownTimes(
            self.service,
            self.state,
            self.provider,
            asked_day=self.asked_day,
            or_first=self.or_first,
            theirs=ZoneInfo(zone),
            moving=self.visit,
        )

    @property
    def chosen(self) -> str:
        """The time that is ticked: what was sent, or what the page was opened for."""
        if self.is_bound:
            return str(self["slot"].value() or "")
        if self.starts_at is None or self.shown is None:
            return ""
        second = self.starts_at.astimezone(UTC)
        wished = f"{second:%Y-%m-%dT%H:%MZ}/"
        return next((time.value for time in self.shown.times if time.value.startswith(wished)), "")

    @property
    def is_other_time(self) -> bool:
        """Whether the time that the page was opened for is none that patients could book."""
        return self.starts_at is not None and not self.is_bound and not self.chosen

    def _fill_in_other_time(self) -> None:
        if self.starts_at and self.is_other_time:
            local = self.starts_at.astimezone(practice_time.zone())
            self.initial = {
                **self.initial,
                "other_day": local.date(),
                "other_clock": practice_time.format_time(local.time()),
            }

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
        if self.service is None or not self.state:
            self.add_error(None, _("Please choose the service, and where the patient will be."))
            return cleaned
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
        if self.service is None:
            raise ValueError("a valid form has a service")
        starts_at, provider = self.cleaned_data["slot"]
        reason = self.cleaned_data["reason"].strip()
        beside = frozenset(parse_keys(self.data.getlist("beside")))  # type: ignore[attr-defined]  # a QueryDict
        return WantedVisit(provider, self.service, self.state, starts_at, reason, beside)


class StaffMoveForm(StaffTimeForm):
    """Another time for a booked visit."""

    def __init__(self, *args: Any, visit: Appointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.service, self.state = visit, visit.service, visit.state
        self._fill_in_other_time()
