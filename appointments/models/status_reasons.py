"""Why visits are cancelled or missed: the list from which staff choose, and which managers keep."""

from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class StatusReasonQuerySet(models.QuerySet):
    def offered(self, *kinds: str) -> Self:
        """Return those that can be chosen for a visit that becomes one of `kinds`, in order."""
        return self.filter(kind__in=kinds, is_offered=True)


class StatusReason(models.Model):
    """One reason. Those no longer offered stay with the visits for which they were chosen."""

    class Kind(models.TextChoices):
        LATE = "late", _("Cancelled late")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("No-show")

    kind = models.CharField(
        _("for"),
        max_length=9,
        choices=Kind.choices,
        help_text=_("“Cancelled late” is offered once patients can no longer cancel online."),
    )
    text = models.CharField(
        _("reason"), max_length=80, help_text=_("For staff. No e-mail to a patient says it.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_offered = models.BooleanField(_("can be chosen"), default=True)

    objects = StatusReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason for cancelling or no-show")
        verbose_name_plural = _("reasons for cancelling and no-show")
        ordering = ["kind", "position", "text"]
        constraints = [
            models.UniqueConstraint(
                "kind",
                Lower("text"),
                name="status_reason_once",
                violation_error_message=_("This reason stands in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
