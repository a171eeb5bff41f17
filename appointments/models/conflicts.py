from django.db import models
from django.utils.translation import gettext_lazy as _


class ConflictDecision(models.Model):
    """What staff decided for one of many visits that cannot take place as booked.

    It is carried out in the background and then deleted: see `conflict_decisions`.
    """

    class Choice(models.TextChoices):
        MOVE = "move", _("Move to the nearest free time")
        CANCEL = "cancel", _("Cancel, with a kind e-mail")

    appointment = models.OneToOneField(
        "appointments.Appointment", models.CASCADE, related_name="conflict_decision"
    )
    choice = models.CharField(_("decision"), max_length=6, choices=Choice.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.CharField(_("decided by"), max_length=80)
    created = models.DateTimeField(_("decided"), auto_now_add=True)
    failed_at = models.DateTimeField(_("could not be carried out"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision about a visit")
        verbose_name_plural = _("decisions about visits")
        indexes = [
            models.Index(
                fields=["id"],
                name="conflict_decision_open",
                condition=models.Q(failed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_choice_display()}: {self.appointment_id}"
