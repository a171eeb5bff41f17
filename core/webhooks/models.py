"""Where other programs want to be told of changes, and what each was told or waits to be."""

from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TASK = "core.webhooks.tasks.deliver"  # what a worker runs for one endpoint


class EventType(models.TextChoices):
    """What endpoints can be told of. Each says a booking's id and times, and nobody's name."""

    CREATED = "booking.created", _("A visit was booked")
    MOVED = "booking.moved", _("A visit was moved")
    CANCELLED = "booking.cancelled", _("A visit was cancelled")
    CHECKED_IN = "booking.checked_in", _("A patient was checked in")
    COMPLETED = "booking.completed", _("A visit took place")
    NO_SHOW = "booking.no_show", _("A patient did not come")
    REOPENED = "booking.reopened", _("The last step of a visit was taken back")


TEST_EVENT = "test"


def validate_endpoint(url: str) -> None:
    """Refuse what is not encrypted, and a password in the address. Where its name leads is looked
    at with each attempt."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ValidationError(_("Write an address that begins with https://, without a password."))


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def told_of(self, event: str) -> Self:
        """Return those that want to be told of this."""
        return self.filter(active=True, events__contains=[event])

    def failing(self, since: datetime) -> Self:
        """Return those that have taken nothing since then although there was something."""
        return self.filter(active=True, failing_since__lte=since)


class WebhookEndpoint(models.Model):
    """An address of another program. `outbox` and `delivery` write what has become of it.

    The secret is kept encrypted (`secret_box`), as each attempt is signed with it.
    """

    name = models.CharField(_("name"), max_length=80, help_text=_("Of the program: “Our EHR”."))
    url = models.URLField(
        _("address"), max_length=500, validators=[validate_endpoint], help_text="https://…"
    )
    events = ArrayField(
        models.CharField(max_length=40, choices=EventType), verbose_name=_("told of")
    )
    secret = models.TextField(editable=False)
    former_secret = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    active = models.BooleanField(_("is told"), default=True)
    failing_since = models.DateTimeField(_("fails since"), null=True, editable=False)
    disabled_at = models.DateTimeField(_("given up"), null=True, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    leased_by = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["name", "pk"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=~Q(events=[]),
                name="webhook_is_told_of_something",
                violation_error_message=_("Choose at least one thing that it is told of."),
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="https://"), name="webhook_is_encrypted"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryStatus(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", _("waiting")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self, now: datetime) -> Self:
        """Return those that wait although it is their time, in the order of what happened."""
        waiting = self.filter(status=DeliveryStatus.WAITING, due_at__lte=now)
        return waiting.filter(endpoint__active=True).order_by("pk")

    def settled(self) -> Self:
        """Return those that nothing is done about any more."""
        return self.exclude(status=DeliveryStatus.WAITING)


class WebhookDelivery(models.Model):
    """One message to one endpoint, written in the transaction of the change that it tells."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", verbose_name=_("endpoint")
    )
    message_id = models.UUIDField(_("message"), editable=False)
    event = models.CharField(_("event"), max_length=40)
    payload = models.JSONField(_("what it says"))
    status = models.CharField(
        _("status"), max_length=10, choices=DeliveryStatus, default=DeliveryStatus.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), null=True)
    last_answer = models.CharField(_("last answer"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered"), null=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ["-pk"]
        # `change` is the right to send one again.
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                name="webhook_is_due_only_while_waiting",
                condition=Q(status=DeliveryStatus.WAITING, due_at__isnull=False)
                | (~Q(status=DeliveryStatus.WAITING) & Q(due_at=None)),
            ),
            models.CheckConstraint(
                name="webhook_delivered_has_its_time",
                condition=Q(status=DeliveryStatus.DELIVERED, delivered_at__isnull=False)
                | (~Q(status=DeliveryStatus.DELIVERED) & Q(delivered_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"],
                name="webhook_waiting",
                condition=Q(status=DeliveryStatus.WAITING),
            ),
            models.Index(fields=["created_at"], name="webhook_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"
