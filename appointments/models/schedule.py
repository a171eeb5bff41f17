"""What can be booked and when: providers, their licenses and hours, and the services they offer."""

import secrets
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Expression, F, Q
from django.utils.translation import gettext_lazy as _

from appointments.scheduling import time_zones
from appointments.scheduling.states import STATE_CHOICES
from core.people import salutation


def validate_zone(name: str) -> None:
    if not time_zones.is_zone(name):
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


class ProviderQuerySet(models.QuerySet["Provider"]):
    def active(self):
        return self.filter(active=True)

    def offering(self, service: "Service | Expression"):
        """Those whom a patient may book for this service."""
        for_others = Q(services__audience__in=set(Service.Audience) - {Service.Audience.NEW})
        return self.active().filter(Q(accepts_new=True) | for_others, services=service)

    def licensed_in(self, state: "str | Expression"):
        """Those with a license there, each with the day its last one ends as `licensed_until`."""
        return self.filter(licenses__state=state).annotate(
            licensed_until=models.Max("licenses__expires")
        )


def random_name(provider: "Provider", filename: str) -> str:
    """Nothing of the uploader's file name goes public."""
    return f"providers/{secrets.token_hex(12)}.{filename.rsplit('.', 1)[-1].lower()}"


class Provider(models.Model):
    """A licensed clinician who sees patients. Keeps the wall clock of `time_zone`."""

    licensed_until: date  # set by `licensed_in`

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), unique=True)
    credentials = models.CharField(_("credentials"), max_length=60, help_text=_("Like “PMHNP”."))
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Patients never see it."))
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_zone])
    languages = models.CharField(_("languages"), max_length=100, default="English")
    about = models.CharField(_("a few words"), max_length=200, blank=True)
    photo = models.ImageField(
        _("photo"),
        upload_to=random_name,
        blank=True,
        db_default="",
        help_text=_("Patients see it when they choose. Its middle is shown."),
    )
    video_room = models.URLField(
        _("video room"), blank=True, help_text=_("The address where patients join by video.")
    )
    accepts_new = models.BooleanField(_("accepts new patients"), default=True)
    daily_limit = models.PositiveSmallIntegerField(
        _("visits a day at most"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    weekly_limit = models.PositiveSmallIntegerField(
        _("visits a week at most"),
        null=True,
        blank=True,
        help_text=_("From Monday to Sunday. Empty: no limit."),
    )
    active = models.BooleanField(_("sees patients"), default=True)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        return salutation.initials(self.name)

    @property
    def short_name(self) -> str:
        """What patients call them by."""
        return salutation.short_name(self.name)


class License(models.Model):
    """The right to treat people who are in `state`, until the end of the day it expires."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="licenses")
    state = models.CharField(_("state"), max_length=2, choices=STATE_CHOICES)
    number = models.CharField(_("number"), max_length=40)
    expires = models.DateField(_("expires"), help_text=_("The last day on which it is valid."))

    class Meta:
        ordering = ["state", "expires"]
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "state", "number"], name="license_entered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.number}"


def default_reminders() -> list[int]:
    return [24, 1]


class Service(models.Model):
    """A kind of visit that a patient can book."""

    class Audience(models.TextChoices):
        ANYONE = "anyone", _("Anyone")
        NEW = "new", _("New patients")
        RETURNING = "returning", _("Returning patients")

    class Channel(models.TextChoices):
        VIDEO = "video", _("Video")
        PHONE = "phone", _("Phone")

    name = models.CharField(_("name"), max_length=80, help_text=_("Like “First visit”."))
    slug = models.SlugField(_("address"), unique=True)
    invitation = models.CharField(
        _("choice"),
        max_length=100,
        help_text=_("What the patient picks: “No, this is my first visit”."),
    )
    summary = models.CharField(_("in a few words"), max_length=200, blank=True)
    audience = models.CharField(
        _("for"), max_length=10, choices=Audience.choices, default=Audience.ANYONE
    )
    channel = models.CharField(
        _("by"), max_length=5, choices=Channel.choices, default=Channel.VIDEO
    )
    minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    buffer_before = models.PositiveSmallIntegerField(_("minutes kept free before"), default=0)
    buffer_after = models.PositiveSmallIntegerField(_("minutes kept free after"), default=0)
    step = models.PositiveSmallIntegerField(
        _("a start every … minutes"), default=15, help_text=_("Counted from the opening time.")
    )
    no_gaps = models.BooleanField(
        _("no gaps"),
        default=False,
        help_text=_("Also offer starts that touch another visit, off the grid."),
    )
    daily_limit = models.PositiveSmallIntegerField(
        _("a provider’s visits of this kind a day at most"),
        null=True,
        blank=True,
        help_text=_("Empty: no limit."),
    )
    cutoff_hours = models.PositiveSmallIntegerField(
        _("hours before the start when patients can no longer move or cancel online"), default=0
    )
    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("reminders, in hours before the start"),
        default=default_reminders,
        blank=True,
        help_text=_("Like “24, 1”. Empty: none."),
    )
    price_cents = models.PositiveIntegerField(_("price in cents"), null=True, blank=True)
    proof_required = models.BooleanField(
        _("returning patients prove it"),
        default=False,
        help_text=_("They get a link by e-mail before they can choose a time."),
    )
    notice_hours = models.PositiveSmallIntegerField(_("hours of notice"), default=2)
    horizon_days = models.PositiveSmallIntegerField(_("days ahead"), default=45)
    bookable_days = models.PositiveSmallIntegerField(
        _("or only the next … days that have times"), null=True, blank=True
    )
    providers = models.ManyToManyField(Provider, related_name="services", blank=True)
    active = models.BooleanField(_("can be booked"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(5, 480)),
                name="service_length_sensible",
                violation_error_message=_("A visit lasts between 5 minutes and 8 hours."),
            ),
            models.CheckConstraint(
                condition=Q(step__range=(5, 480)),
                name="service_step_sensible",
                violation_error_message=_("Starts are between 5 minutes and 8 hours apart."),
            ),
            models.CheckConstraint(
                condition=Q(buffer_before__lte=240, buffer_after__lte=240),
                name="service_buffers_sensible",
                violation_error_message=_("At most 4 hours are kept free around a visit."),
            ),
            models.CheckConstraint(
                condition=Q(proof_required=False) | Q(audience="returning"),
                name="service_proof_is_for_returning",
                violation_error_message=_("Only returning patients can prove that they are."),
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__range=(1, 365)),
                name="service_horizon_sensible",
                violation_error_message=_("Patients can book between 1 and 365 days ahead."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class HoursQuerySet(models.QuerySet):
    def touching(self, first_day, last_day):
        """Weekly hours that are valid on any day from first to last."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=last_day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=first_day),
        )


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

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("12:00 am means the end of the day."))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = HoursQuerySet.as_manager()

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
    def touching(self, first_day, last_day):
        return self.filter(first_day__lte=last_day, last_day__gte=first_day)

    def of(self, providers):
        """Their own and the clinic's."""
        return self.filter(Q(provider__in=providers) | Q(provider__isnull=True))


class HoursException(models.Model):
    """A dated change to the weekly hours. Of the whole clinic where it has no provider.

    It holds on each day from first to last, in each provider's own wall clock: from `opens` to
    `closes`, or all day where they are empty. Extra hours replace the day's weekly hours; time
    off wins over both.
    """

    class Kind(models.TextChoices):
        TIME_OFF = "time_off", _("Time off")
        EXTRA_HOURS = "extra_hours", _("Extra hours instead of the weekly ones")

    provider = models.ForeignKey(
        Provider,
        models.CASCADE,
        related_name="exceptions",
        null=True,
        blank=True,
        help_text=_("Empty: the whole clinic."),
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices, default=Kind.TIME_OFF)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    opens = models.TimeField(_("from"), null=True, blank=True, help_text=_("Empty: all day."))
    closes = models.TimeField(_("to"), null=True, blank=True)
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
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
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
        ]

    def __str__(self) -> str:
        who = self.provider.name if self.provider else _("The whole clinic")
        return f"{who}: {self.get_kind_display()} {self.first_day}–{self.last_day}"
