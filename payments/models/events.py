"""What Stripe has told us of: each once, without what it said."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

TASK = "payments.tasks.settle_event"  # asks Stripe of one of them


class StripeEventQuerySet(models.QuerySet["StripeEvent"]):
    def due(self, now: datetime) -> Self:
        """Return those that are to be looked at now, the oldest first."""
        return self.filter(look_at__lte=now).order_by("look_at", "pk")


class StripeEvent(models.Model):
    """That something has changed at Stripe. What it is now is asked of Stripe.

    So neither the order in which events come nor an old one that comes late means anything, and
    nothing that Stripe knows of a person is kept here.
    """

    event_id = models.CharField(max_length=80, unique=True, editable=False)
    kind = models.CharField(_("what"), max_length=80, editable=False)
    object_id = models.CharField(max_length=80, editable=False)
    happened_at = models.DateTimeField(_("happened"), editable=False)
    received_at = models.DateTimeField(_("heard"), editable=False)
    by_webhook = models.BooleanField(_("told by webhook"), default=False, editable=False)
    settled_at = models.DateTimeField(_("looked at"), null=True, editable=False)
    look_at = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = StripeEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event at Stripe")
        verbose_name_plural = _("events at Stripe")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["look_at"], name="event_to_look_at", condition=Q(look_at__isnull=False)
            ),
            models.Index(fields=["received_at"], name="event_to_purge"),
            models.Index(fields=["happened_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
