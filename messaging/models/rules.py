"""What managers set: when messages are answered, and texts that answers begin with."""

from datetime import time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from appointments.models import WeeklyHours
from messaging.models.threads import LONGEST, Team

Weekday = WeeklyHours.Weekday


def working_days() -> list[int]:
    """Return Monday to Friday."""
    return list(range(Weekday.MONDAY, Weekday.SATURDAY))


class MessagingRules(models.Model):
    """One row: whether patients can write, and by when they can expect an answer."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_open = models.BooleanField(
        _("patients can write"),
        default=True,
        help_text=_("Off: they read what was written, and see your phone number instead."),
    )
    weekdays: Any = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices),
        verbose_name=_("answered on"),
        default=working_days,
        help_text=_("Holidays and closures of the whole clinic are left out by themselves."),
    )
    opens = models.TimeField(_("from"), default=time(9))
    closes = models.TimeField(_("to"), default=time(17), help_text=_("On the clinic’s clock."))
    answer_hours = models.PositiveSmallIntegerField(
        _("hours in which you answer"),
        default=8,
        help_text=_("Hours of the times above: 8 is by the same time on the next working day."),
    )

    class Meta:
        verbose_name = _("rules of messages")
        verbose_name_plural = _("rules of messages")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="messaging_rules_are_one"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) & Q(weekdays__len__gte=1),
                name="messages_are_answered_some_time",
                violation_error_message=_(
                    "Choose one day at least, and a closing time later than the opening time."
                ),
            ),
            models.CheckConstraint(
                condition=Q(answer_hours__gte=1, answer_hours__lte=200),
                name="messages_are_answered_within_days",
                violation_error_message=_("Write between 1 and 200 hours."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Rules of messages"))

    @classmethod
    def current(cls) -> "MessagingRules":
        """Return the rules as managers saved them, else the defaults, which are not saved."""
        return next(iter(cls.objects.filter(pk=1).order_by()), None) or cls()


class ReplyTemplate(models.Model):
    """A text that an answer can begin with. Staff read and change it before they send it."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    team = models.CharField(
        _("for"), max_length=4, choices=Team.choices, blank=True, help_text=_("Empty: both.")
    )
    text = models.TextField(
        _("text"),
        max_length=LONGEST,
        help_text=_("{name} becomes the patient’s first name, {phone} the clinic’s number."),
    )
    i18n = TranslationField(fields=("text",))
    text_i18n: str  # in the language of the thread

    class Meta:
        verbose_name = _("template of answers")
        verbose_name_plural = _("templates of answers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
