"""When providers see patients: their weekly hours, and the exceptions with a date."""

from datetime import time
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class WeeklyHours(models.Model):
    """Open from `opens` to `closes` on every such weekday, in the provider's wall clock."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    provider = models.ForeignKey(
        "appointments.Provider", models.CASCADE, related_name="weekly_hours"
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("12:00 am means the end of the day."))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        ordering = ["provider", "weekday", "opens"]
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes=time(0)),
                name="weekly_hours_close_after_opening",
                violation_error_message=_("The closing time must be later than the opening time."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="weekly_hours_valid_forwards",
                violation_error_message=_("“Valid to” must not be before “valid from”."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class ExceptionQuerySet(models.QuerySet):
    def touching(self, first_day: Any, last_day: Any) -> Self:
        return self.filter(first_day__lte=last_day, last_day__gte=first_day)

    def of(self, providers: Any) -> Self:
        """Their own and the clinic's."""
        return self.filter(Q(provider__in=providers) | Q(provider__isnull=True))


class HoursException(models.Model):
    """A dated change to the weekly hours. Of the whole clinic where it has no provider.

    It holds on each day from first to last: from `opens` to `closes`, or all day where they are
    empty. On the wall clock of `zone`, which one of the whole clinic may name; else on each
    provider's own. Extra hours replace the day's weekly hours; time off wins over both.
    """

    class Kind(models.TextChoices):
        TIME_OFF = "time_off", _("Time off")
        EXTRA_HOURS = "extra_hours", _("Extra hours instead of the weekly ones")

    provider = models.ForeignKey(
        "appointments.Provider",
        models.CASCADE,
        related_name="exceptions",
        null=True,
        blank=True,
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices, default=Kind.TIME_OFF)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    opens = models.TimeField(_("from"), null=True, blank=True, help_text=_("Empty: all day."))
    closes = models.TimeField(_("to"), null=True, blank=True)
    zone = models.CharField(
        _("whose clock"),
        max_length=40,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("Empty: each provider’s own."),
    )
    note = models.CharField(_("note"), max_length=100, blank=True, help_text=_("For staff only."))
    holiday = models.CharField(
        _("holiday"),
        max_length=60,
        blank=True,
        editable=False,
        help_text=_("Set where the closure follows from the clinic’s holidays."),
    )

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["-first_day"]
        verbose_name = _("time off or extra hours")
        verbose_name_plural = _("time off and closures")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="exception_ends_after_it_begins",
                violation_error_message=_("The last day must not be before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens"))
                | Q(opens__isnull=False, closes__isnull=False, closes=time(0)),
                name="exception_has_both_clocks_or_none",
                violation_error_message=_("Give both times, the later one last, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(kind="time_off") | Q(opens__isnull=False),
                name="extra_hours_have_clocks",
                violation_error_message=_("Extra hours need a time from and a time to."),
            ),
            models.CheckConstraint(
                condition=Q(zone="") | Q(provider=None), name="exception_of_one_keeps_their_clock"
            ),
        ]

    def __str__(self) -> str:
        who = self.provider.name if self.provider else _("The whole clinic")
        # A form that is shown once more may lack one of them.
        days = dict.fromkeys(date_format(day) for day in (self.first_day, self.last_day) if day)
        return f"{who}: {self.get_kind_display()}, {' – '.join(days)}"

    def clock_of(self, provider: Any) -> ZoneInfo:
        """Return the zone in which it holds for that provider."""
        return ZoneInfo(self.zone) if self.zone else provider.zone
