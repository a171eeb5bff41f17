"""The red task that words of danger make."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Patient
from appointments.models.appointment_status import SEES_RESTRICTED
from messaging.models.threads import Thread


class DangerAlertQuerySet(models.QuerySet["DangerAlert"]):
    def open(self) -> Self:
        """Return those that nobody has looked after yet, the oldest first."""
        return self.filter(handled_at=None).order_by("raised_at", "pk")

    def visible_to(self, user: Any) -> Self:
        """Return those of records that this member of the staff may find."""
        return self if user.has_perm(SEES_RESTRICTED) else self.filter(patient__restricted_at=None)


class DangerAlert(models.Model):
    """A task: somebody is to speak with this patient now. What was written is not in the row.

    Without a thread the message has not been sent: the patient pressed "Send" and read whom to
    call.
    """

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="danger_alerts")
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="alerts", null=True)
    raised_at = models.DateTimeField(_("raised"))
    handled_at = models.DateTimeField(_("looked after"), null=True)
    handled_by = models.CharField(_("by"), max_length=80, blank=True)

    objects = DangerAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert from a message")
        verbose_name_plural = _("alerts from messages")
        default_permissions = ("change",)
        constraints = [
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_by="")
                | Q(handled_at__isnull=False) & ~Q(handled_by=""),
                name="danger_alert_handled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at"], name="danger_alert_open", condition=Q(handled_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
