"""The secret addresses at which a patient's calendar programs read their visits."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.models.accounts import PatientAccount


class CalendarSubscriptionQuerySet(models.QuerySet["CalendarSubscription"]):
    def readable(self) -> Self:
        """Return those of accounts that were not ended."""
        return self.filter(account__ended_at=None)


class CalendarSubscription(models.Model):
    """One address for each program or device; only its hash is kept. It goes when it is revoked."""

    account = models.ForeignKey(
        PatientAccount,
        models.CASCADE,
        related_name="calendar_subscriptions",
        verbose_name=_("account"),
    )
    token_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("made"), editable=False)

    objects = CalendarSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar subscription")
        verbose_name_plural = _("calendar subscriptions")
        ordering = ["created_at", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], name="calendar_subscription_address_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
