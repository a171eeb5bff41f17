"""Who gets the newsletter, and about what."""

import secrets
from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from core.database import database_time


def new_key() -> str:
    """Return 128 random bits that links to one subscriber are derived from."""
    return secrets.token_urlsafe(16)


class Topic(models.Model):
    """What subscribers choose: each issue is about some topics, or goes to all."""

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Shown to subscribers on their preferences page.")
    )

    i18n = TranslationField(fields=("name", "description"))
    name_i18n: str  # in the language of the page
    description_i18n: str  # in the language of the page

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def active(self) -> Self:
        """Return those who signed up, confirmed it, and have not left."""
        return self.filter(status=Subscriber.Status.ACTIVE)

    def mailable(self) -> Self:
        """Return those an issue is sent to now: active and not pausing, by the database's clock."""
        return self.active().filter(Q(paused_until=None) | Q(paused_until__lte=Now()))

    def by_language(self) -> dict[str, int]:
        """Return how many of them read each language, the most first."""
        counted = self.order_by().values_list("language").annotate(number=models.Count("pk"))
        return dict(counted.order_by("-number", "language"))

    def about(self, topics: Iterable[Topic | int]) -> Self:
        """Return those who want issues about any of these topics. Who chose none gets all."""
        chosen = Subscriber.topics.through.objects.filter(subscriber=OuterRef("pk"))
        return self.filter(Exists(chosen.filter(topic__in=list(topics))) | ~Exists(chosen))


class Subscriber(models.Model):
    """One address whose owner confirmed that they want it. `subscription` alone changes its status.

    Whoever asked and has not confirmed yet has no row here, only a `Confirmation`. The row outlives
    the address: erasure empties `email` and keeps the keyed hash, so that the same address is not
    written to again unless its owner asks and confirms anew.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("subscribed")
        LEFT = "left", _("left")
        BOUNCED = "bounced", _("does not receive mail")
        COMPLAINED = "complained", _("complained")
        ERASED = "erased", _("erased")

    email = models.CharField(
        _("e-mail"), max_length=254, blank=True, help_text=_("In its normal spelling.")
    )
    address_hash = models.CharField(_("keyed hash of the address"), max_length=64)
    key = models.CharField(max_length=32, default=new_key, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), blank=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        db_default="en",
        help_text=_("Of the page where they signed up, or as they chose. Issues go by it."),
    )
    paused_until = models.DateTimeField(_("pauses until"), null=True, blank=True)
    created_at = models.DateTimeField(_("first asked"), default=timezone.now)
    joined_at = models.DateTimeField(_("joined"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    # Where its owner went with a new address: links in old e-mails follow them.
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False)
    soft_bounces = models.PositiveSmallIntegerField(_("passing failures in a row"), default=0)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        # `change` is the right to take somebody off the list, and to hand out their record.
        default_permissions = ("view", "change")
        permissions = [("erase_subscriber", _("Can erase what names a subscriber"))]
        constraints = [
            models.UniqueConstraint(fields=["address_hash"], name="subscriber_once_per_address"),
            models.UniqueConstraint(fields=["key"], name="subscriber_key_is_its_own"),
            models.CheckConstraint(
                name="subscriber_erased_holds_no_address",
                condition=Q(status="erased", email="") | (~Q(status="erased") & ~Q(email="")),
            ),
            models.CheckConstraint(
                name="subscriber_status_is_known",
                condition=Q(status__in=["active", "left", "bounced", "complained", "erased"]),
            ),
            models.CheckConstraint(
                name="subscriber_active_has_joined",
                condition=~Q(status="active") | Q(joined_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "joined_at"], name="subscriber_by_status"),
            models.Index(OpClass("email", "text_pattern_ops"), name="subscriber_by_email"),
        ]

    def __str__(self) -> str:
        # No address: this text ends up in logs and in the audit trail.
        return f"{_('subscriber')} {self.pk}"

    @property
    def is_pausing(self) -> bool:
        """Return whether they get no issue for now, by their own wish."""
        return self.paused_until is not None and self.paused_until > database_time.now()
