"""Which days of whom a board shows, and how an address or a hidden field writes that."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse

from appointments.admin import practice_time
from appointments.admin.desk import reading
from appointments.admin.desk.reading import Reading
from appointments.forms.slots import parse_day
from appointments.models import Provider
from core.validation.primary_keys import parse_key

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Scope:
    """One day of everyone, or the week from that Monday of one provider."""

    day: date
    provider: Provider | None = None  # of `of_week`, with what `reading.with_services` adds
    others: tuple[Provider, ...] = ()  # whose weeks there are, where it is one's

    @property
    def days(self) -> list[date]:
        return [self.day + n * DAY for n in range(7)] if self.provider else [self.day]

    @property
    def key(self) -> str:
        """Return "2026-11-24", or "2026-11-23/7" for the week of provider 7."""
        return f"{self.day}/{self.provider.pk}" if self.provider else f"{self.day}"

    @property
    def url(self) -> str:
        """Return the address of its page; today's is the first page."""
        if self.provider:
            return reverse("admin:appointments_appointment_week", args=[self.provider.pk, self.day])
        if self.day == practice_time.today():
            return reverse("admin:index")
        return reverse("admin:appointments_appointment_day", args=[self.day])

    def read(self) -> Reading:
        """Read what its board shows."""
        return reading.read(self.days, self.provider)


def of_day(text: str) -> Scope:
    """Return the day of an address. Raises Http404."""
    return Scope(_day(text))


def of_week(provider: int, text: str) -> Scope:
    """Return the week of an address, from Monday on. Raises Http404."""
    day = _day(text)
    everyone = list(reading.with_services(reading.working([provider]), day))
    who = next((each for each in everyone if each.pk == provider), None)
    if who is None:
        raise Http404("No such provider")
    return Scope(day - timedelta(days=day.weekday()), who, tuple(everyone))


def of_key(text: str) -> Scope:
    """Return what `Scope.key` has written. Raises Http404."""
    day, _, provider = text.partition("/")
    return of_week(parse_key(provider), day) if provider else of_day(day)


def require_view(request: HttpRequest) -> None:
    """Raise PermissionDenied unless this person may see visits."""
    if not request.user.has_perm("appointments.view_appointment"):
        raise PermissionDenied


def _day(text: str) -> date:
    day = parse_day(text)
    if day is None or not 2000 <= day.year <= 2100:
        raise Http404("No such day")
    return day
