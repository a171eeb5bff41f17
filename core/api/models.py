"""The keys by which other programs of the clinic use the API, and what they asked once before."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a key may do. One that may read everybody's bookings may read its own, too."""

    SLOTS_READ = "slots:read", _("See services, providers and free times")
    BOOKINGS_WRITE = "bookings:write", _("Book, and move or cancel what it has booked")
    BOOKINGS_READ = "bookings:read", _("Read what it has booked")
    BOOKINGS_READ_ALL = "bookings:read_all", _("Read all bookings of the clinic")
    PATIENTS_READ = "patients:read", _("See who the patient is in what it reads")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, now: datetime) -> Self:
        """Return those that are neither revoked nor expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


class ApiKey(models.Model):
    """A key of one program. `keys` makes it; of the key itself only a hash is kept."""

    name = models.CharField(
        _("name"), max_length=80, help_text=_("Of the program that uses it: “Our web site”.")
    )
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope), verbose_name=_("it may"))
    expires_at = models.DateTimeField(
        _("ends"), null=True, blank=True, help_text=_("Empty: when it is revoked.")
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["name", "pk"]
        # `change` is the right to revoke one.
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(fields=["key_hash"], name="api_key_once"),
            models.CheckConstraint(
                condition=~Q(scopes=[]),
                name="api_key_may_do_something",
                violation_error_message=_("Choose at least one thing that it may do."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


class IdempotentRequest(models.Model):
    """A change that was asked for with an Idempotency-Key, and how it was answered.

    `idempotency` writes it. It holds hashes of the key and of what was sent, and of the answer
    which record it was about, or what refused it: nothing of a person.
    """

    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+")
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    lease_until = models.DateTimeField()  # whoever works on it is believed to live until then
    done_at = models.DateTimeField(null=True)
    subject = models.UUIDField(null=True)
    problem = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("answered request")
        verbose_name_plural = _("answered requests")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["api_key", "key_hash"], name="api_request_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, subject=None, problem=None)
                | Q(done_at__isnull=False, subject__isnull=False, problem=None)
                | Q(done_at__isnull=False, subject=None, problem__isnull=False),
                name="api_request_has_one_answer",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="api_request_by_time")]

    def __str__(self) -> str:
        return f"{self.api_key_id} {self.created_at:%Y-%m-%d %H:%M}"
