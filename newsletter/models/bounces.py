"""Hard bounces: addresses that an issue showed to be dead, and what became of them."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class HardBounceQuerySet(models.QuerySet["HardBounce"]):
    def of(self, issue: models.Model) -> Self:
        """Return those of this issue."""
        return self.filter(issue=issue)

    def held(self) -> Self:
        """Return those that wait for staff: too many of their issue bounced."""
        return self.filter(status=HardBounce.Status.HELD)


class HardBounce(models.Model):
    """One reader whose address an issue showed to be dead. `subscription` alone writes it."""

    class Status(models.TextChoices):
        TAKEN_OFF = "taken off", _("taken off the list")
        HELD = "held", _("waits for staff")
        CONFIRMED = "confirmed", _("taken off the list by staff")
        KEPT = "kept", _("kept on the list by staff")

    issue = models.ForeignKey("newsletter.Issue", models.PROTECT, related_name="hard_bounces")
    subscriber = models.ForeignKey(
        "newsletter.Subscriber", models.PROTECT, related_name="hard_bounces"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status)
    why = models.CharField(_("reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = HardBounceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("address that came back for good")
        verbose_name_plural = _("addresses that came back for good")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "subscriber"], name="hard_bounce_once_per_issue_and_subscriber"
            )
        ]
        indexes = [
            models.Index(
                fields=["issue"], name="hard_bounce_held", condition=models.Q(status="held")
            )
        ]

    def __str__(self) -> str:
        return f"{_('address that came back')} {self.pk}"
