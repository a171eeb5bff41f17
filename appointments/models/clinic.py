"""What holds for the whole clinic: the holidays it keeps, and how much one patient can book."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ClinicRules(models.Model):
    """One row. Holidays become closures, which staff can see and edit: `closures`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    holidays = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("closed on these federal holidays"),
        default=list,
        blank=True,
    )
    holidays_done = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    holidays_until = models.DateField(null=True, editable=False)
    most_upcoming = models.PositiveSmallIntegerField(
        _("upcoming visits for one e-mail address at most"),
        default=4,
        help_text=_("More must be confirmed by a link in an e-mail. Staff can book any number."),
    )
    most_hourly = models.PositiveSmallIntegerField(
        _("visits that patients book online in one hour at most"),
        default=60,
        db_default=60,
        help_text=_(
            "Then booking online rests, and people see your phone number. What staff book does not "
            "count. From half of it on within an hour, a visit must be confirmed by a link in an "
            "e-mail."
        ),
    )
    most_unproved = models.PositiveSmallIntegerField(
        _("times kept at once for people whose e-mail address is not confirmed at most"),
        default=500,
        db_default=500,
        help_text=_("Then people confirm their e-mail address before they can choose a time."),
    )

    class Meta:
        verbose_name = _("rules of the clinic")
        verbose_name_plural = _("rules of the clinic")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="clinic_rules_are_one"),
            models.CheckConstraint(condition=Q(most_upcoming__gte=1), name="clinic_allows_a_visit"),
            models.CheckConstraint(
                condition=Q(most_hourly__gte=1, most_unproved__gte=1),
                name="clinic_can_be_booked_online",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rules of the clinic"))

    @classmethod
    def current(cls) -> "ClinicRules":
        """The rules as staff saved them, else the defaults, which are not saved."""
        return next(iter(cls.objects.filter(pk=1).order_by()), None) or cls()
