"""What can be booked: the kinds of visit, each with its length, its rules and its reminders."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField


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
    minimum_age = models.PositiveSmallIntegerField(
        _("minimum age"),
        default=18,
        db_default=18,
        help_text=_("In years, on the day of the visit. 0: no limit."),
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
    providers = models.ManyToManyField("appointments.Provider", related_name="services", blank=True)
    active = models.BooleanField(_("can be booked"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    i18n = TranslationField(fields=("name", "invitation", "summary"))
    name_i18n: str  # in the language of the page
    invitation_i18n: str  # in the language of the page
    summary_i18n: str  # in the language of the page

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
                condition=Q(minimum_age__lte=99),
                name="service_minimum_age_sensible",
                violation_error_message=_("The minimum age is 99 years at most."),
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
