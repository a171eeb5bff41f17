"""What a booking begins with: who it is for, which visit, where, with whom, and on which day.

What the address or the form says counts; the rest is proposed, from the patient's last visit where
there is one. So most bookings need no more than a time and a yes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.booking import patients
from appointments.models import (
    Appointment,
    License,
    Patient,
    Provider,
    Service,
    Status,
    WaitlistEntry,
)
from appointments.scheduling.states import STATE_CHOICES, STATES
from core.database import database_time
from core.validation import dates
from core.validation.primary_keys import parse_key

PAGE = "admin/appointments/book_or_move.html"
TIMES = "admin/appointments/_booking_times.html"
SOONEST = "soonest"  # asked for with a day: another where that one has no time
CHOSEN = ("service", "state", "provider", "day")
MOST_STATES = 10  # as buttons, each a click; more are a list
Audience = Service.Audience


def day_field(**kwargs: Any) -> forms.DateField:
    """Return a field with the browser's own calendar, for days of our time."""
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, validators=[dates.validate_plausible], **kwargs)


class FreeTimesForm(forms.Form):
    """Which free times to show."""

    provider = forms.ModelChoiceField(
        Provider.objects.active(), label=_("Provider"), required=False, empty_label=_("Anyone")
    )
    day = day_field(label=_("Day"), required=False)


class VisitChoiceForm(FreeTimesForm):
    """Which kind of visit, in which state, and which free times to show."""

    service: forms.ModelChoiceField = forms.ModelChoiceField(
        Service.objects.filter(active=True),
        label=_("Service"),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    state = forms.ChoiceField(
        label=_("Where the patient will be"), required=False, choices=[("", "–"), *STATE_CHOICES]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A program or an old link may name any state; booking says where nobody is licensed.
        codes = {*licensed_states(), *[self.data.get("state", "")]} & STATES.keys()
        if len(codes) <= MOST_STATES:
            offered = [(code, name) for code, name in STATE_CHOICES if code in codes]
            self.fields["state"] = forms.ChoiceField(
                label=self.fields["state"].label,
                required=False,
                choices=offered,
                widget=forms.RadioSelect,
            )

    @property
    def kinds(self) -> list[forms.BoundField]:
        """What is booked, before with whom."""
        return [self["service"], self["state"]]


def licensed_states() -> set[str]:
    """Return the states in which somebody who sees patients holds a license now."""
    valid = License.objects.filter(provider__active=True, expires__gte=practice_time.today())
    return set(valid.order_by().values_list("state", flat=True).distinct())


def asked_for(request: HttpRequest) -> QueryDict:
    """Return what the address says, and the form where it says something else.

    A search counts only where it was posted.
    """
    asked = request.GET.copy()
    asked.pop("q", None)
    for name in {*request.POST} - {"csrfmiddlewaretoken"}:
        asked.setlist(name, request.POST.getlist(name))
    return asked


@dataclass(frozen=True)
class BookingStart:
    """Who is booked for, and the values that `VisitChoiceForm` begins with."""

    patient: Patient | None
    entry: WaitlistEntry | None
    is_new: bool
    values: dict[str, str]
    starts_at: datetime | None

    @property
    def who_is_clear(self) -> bool:
        """Whether it is a patient whom we know, or one to be written down."""
        return self.patient is not None or self.is_new

    @property
    def day(self) -> date | None:
        """The day of the wished time, on our clock."""
        return self.starts_at.astimezone(practice_time.zone()).date() if self.starts_at else None


def read(asked: QueryDict, patient: Patient | None = None) -> BookingStart:
    """Return what `asked` says, and what is proposed where it says nothing."""
    entry = _waiting(asked.get("entry"))
    if patient is None and parse_key(asked.get("patient")):
        patient = Patient.objects.kept().filter(pk=parse_key(asked.get("patient"))).first()
    if patient is None and entry is not None:
        patient = patients.known_as(entry.person).first()
    values = _proposed(patient, entry) | {n: str(asked[n]) for n in CHOSEN if n in asked}
    typed = "new" in asked or "first_name" in asked
    is_new = patient is None and (typed or entry is not None)
    return BookingStart(patient, entry, is_new, values, parse_start(asked.get("starts_at", "")))


def parse_start(text: str) -> datetime | None:
    """Return the moment that ISO text with an offset names; None for anything else."""
    try:
        when = parse_datetime(text)
    except ValueError:
        return None
    if when is None or when.tzinfo is None or not dates.FIRST <= when.date() <= dates.LAST:
        return None
    return when.replace(second=0, microsecond=0)


def _waiting(key: Any) -> WaitlistEntry | None:
    waiting = WaitlistEntry.objects.waiting(database_time.now())
    return waiting.filter(pk=parse_key(key)).select_related("service", "provider").first()


def _proposed(patient: Patient | None, entry: WaitlistEntry | None) -> dict[str, str]:
    if entry is not None:
        return _values(entry.service, entry.state, entry.provider)
    last = _last_visit(patient) if patient else None
    if last is None:
        states = licensed_states()
        service = _first_service(Audience.NEW if patient is None else Audience.ANYONE)
        return _values(service, next(iter(states)) if len(states) == 1 else "")
    service = last.service if _for_returning(last.service) else _first_service(Audience.RETURNING)
    provider: Provider = last.provider
    still = provider.active and service and service.providers.filter(pk=provider.pk).exists()
    return _values(service, last.state, provider if still else None)


def _values(service: Service | None, state: str = "", who: Provider | None = None) -> dict:
    return {
        "service": str(service.pk) if service else "",
        "state": state,
        "provider": str(who.pk) if who else "",
    }


def _last_visit(patient: Patient) -> Appointment | None:
    gone = [Status.CANCELLED, Status.RELEASED, Status.EXPIRED]
    visits = Appointment.objects.filter(patient=patient).exclude(status__in=gone)
    return visits.select_related("service", "provider").order_by("-starts_at").first()


def _for_returning(service: Service) -> bool:
    return service.active and service.audience != Audience.NEW


def _first_service(audience: str) -> Service | None:
    services = list(Service.objects.filter(active=True, audience__in=[audience, Audience.ANYONE]))
    # What is for exactly them comes before what is for anyone.
    return min(services, key=lambda each: each.audience != audience, default=None)
