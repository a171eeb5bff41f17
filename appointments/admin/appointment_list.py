"""The list of visits: which ones, in which order, and the state of their last e-mail."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.emails import visit_outbox
from appointments.models import Appointment, Status
from core.database import database_time
from core.mail.models import OutgoingEmail
from core.staff.long_lists import LongList

DAYS = {
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "week": _("This week"),
    "next-week": _("Next week"),
    "past": _("The last 30 days"),
    "any": _("Any day"),
}
NEWEST_FIRST = {"past", "any"}


def days_of(chosen: str, today: date) -> tuple[date | None, date | None]:
    """Return the first of these days and the one after the last; None where it is open."""
    day, week = timedelta(days=1), timedelta(days=7)
    monday = today - today.weekday() * day
    return {
        "today": (today, today + day),
        "tomorrow": (today + day, today + 2 * day),
        "week": (monday, monday + week),
        "next-week": (monday + week, monday + 2 * week),
        "past": (today - 30 * day, today),
        "any": (None, None),
    }.get(chosen, (today, None))


def chosen_day(request: HttpRequest) -> str:
    """Return one of DAYS, "" for today and later; in a search any day, unless one is chosen."""
    if DayFilter.parameter_name in request.GET:
        found = request.GET[DayFilter.parameter_name]
        return found if found in DAYS else ""
    return "any" if request.GET.get(SEARCH_VAR) else ""


class ChoiceFilter(admin.SimpleListFilter):
    """A filter whose default is not "all"."""

    default_title = _("All")

    def default(self, request: HttpRequest) -> str:
        return ""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.chosen = self.default(request)
        super().__init__(request, *args, **kwargs)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, title in [("", self.default_title), *self.lookup_choices]:
            yield {
                "selected": self.chosen == value,
                "query_string": changelist.get_query_string({str(self.parameter_name): value}),
                "display": title,
            }


class DayFilter(ChoiceFilter):
    """Days of the practice's calendar."""

    title = _("day")
    parameter_name = "day"
    default_title = _("From today on")

    def default(self, request: HttpRequest) -> str:
        return chosen_day(request)

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        return list(DAYS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        zone = practice_time.zone()
        first, end = days_of(self.chosen, database_time.now().astimezone(zone).date())
        if first:
            queryset = queryset.filter(starts_at__gte=practice_time.midnight(first, zone))
        if end:
            queryset = queryset.filter(starts_at__lt=practice_time.midnight(end, zone))
        return queryset


class StatusFilter(ChoiceFilter):
    title = _("status")
    parameter_name = "status"
    default_title = _("All visits")

    def default(self, request: HttpRequest) -> str:
        return request.GET.get(self.parameter_name, "")

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        return [*Status.choices, ("holds", _("Holds without a patient"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.chosen == "holds":
            return queryset.filter(patient__isnull=True, erased_at=None)
        visits = queryset.filter(patient__isnull=False)
        return visits.filter(status=self.chosen) if self.chosen in Status.values else visits


class VisitList(LongList):
    """Reads the last e-mail of every visit on the page in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        visits = list(self.result_list)
        mails = last_mails(visits)
        for visit in visits:
            visit.last_mail = mails.get(visit_outbox.about(visit))
        self.result_list = visits


def last_mail(visit: Appointment) -> OutgoingEmail | None:
    """Return the newest e-mail about a visit of a VisitList."""
    return visit.last_mail  # type: ignore[attr-defined]  # annotated


def last_mails(visits: Iterable[Appointment]) -> dict[str, OutgoingEmail]:
    """Return the newest e-mail about each of these, by what it is about."""
    mails = OutgoingEmail.objects.about(*map(visit_outbox.about, visits))
    newest = mails.order_by("about", "-pk").distinct("about").only("about", "status")
    return {mail.about: mail for mail in newest}
