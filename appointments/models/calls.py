"""What the desk tells patients by phone who have no e-mail address. `calls` alone changes a row."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CallStatus(models.TextChoices):
    WAITING = "waiting", _("To call")
    DONE = "done", _("Called, done")
    DROPPED = "dropped", _("No longer of use")


class CallQuerySet(models.QuerySet["Call"]):
    def open(self, now: datetime) -> Self:
        """Those whose time it is to call."""
        of_use = Q(until=None) | Q(until__gt=now)
        return self.filter(of_use, status=CallStatus.WAITING, due_at__lte=now)

    def in_order(self) -> Self:
        """Whom nobody has tried to reach stands first, and among them whose time ends first."""
        return self.order_by("tries", models.F("until").asc(nulls_last=True), "pk")


class Call(models.Model):
    """One call that takes the place of an e-mail. It holds no word of what is said."""

    key = models.CharField(max_length=200)
    kind = models.CharField(_("kind"), max_length=80, help_text=_("The e-mail it stands for."))
    about = models.CharField(max_length=100)
    appointment = models.ForeignKey(
        "appointments.Appointment", models.CASCADE, related_name="calls", null=True
    )
    offer = models.ForeignKey(
        "appointments.WaitlistOffer", models.CASCADE, related_name="calls", null=True
    )
    status = models.CharField(
        _("status"), max_length=7, choices=CallStatus.choices, default=CallStatus.WAITING
    )
    created = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("of use until"), null=True)
    tries = models.PositiveSmallIntegerField(_("no answer"), default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        default_permissions = ()  # who may change visits calls
        constraints = [
            models.UniqueConstraint(fields=["key"], name="call_written_once_per_key"),
            models.CheckConstraint(
                condition=Q(appointment__isnull=False, offer__isnull=True)
                | Q(appointment__isnull=True, offer__isnull=False),
                name="call_is_about_a_visit_or_an_offer",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", settled_at__isnull=True)
                | ~Q(status="waiting") & Q(settled_at__isnull=False),
                name="call_settled_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="call_to_make", condition=Q(status="waiting")),
            models.Index(fields=["about"], name="call_of_a_thing"),
            models.Index(
                fields=["settled_at"], name="call_to_purge", condition=~Q(status="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
