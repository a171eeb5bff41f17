"""What lies between an address and its account: codes on their way, and browsers signed in."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.database import database_time
from portal.models.accounts import ContactPoint


class SignInCodeQuerySet(models.QuerySet["SignInCode"]):
    def usable(self, now: datetime) -> Self:
        """Return those that may still be tried."""
        return self.filter(used_at=None, ends_at__gt=now, tries__lt=SignInCode.MOST_TRIES)


class SignInCode(models.Model):
    """A code that was sent to an address or a number, for the one browser that asked for it."""

    MOST_TRIES = 5

    # A hash of what that browser's session holds.
    browser = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=5, choices=ContactPoint.Kind.choices)
    value = models.CharField(max_length=254)
    code_hash = models.CharField(max_length=64)
    digits = models.PositiveSmallIntegerField()
    # The account that adds the address; None where somebody signs in.
    account = models.ForeignKey(
        "portal.PatientAccount", models.CASCADE, related_name="+", null=True, db_index=False
    )
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = SignInCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        default_permissions = ()
        indexes = [
            models.Index(fields=["kind", "value", "-created_at"], name="sign_in_code_by_value"),
            models.Index(fields=["ends_at"], name="sign_in_code_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"


class DeviceQuerySet(models.QuerySet["Device"]):
    def known(self) -> Self:
        """Return those that the account has not signed out."""
        return self.filter(ended_at=None)


class Device(models.Model):
    """A browser in which an account signed in. Until it is ended it is asked less than others."""

    class Way(models.TextChoices):
        EMAIL = "email", _("Code by e-mail")
        PHONE = "phone", _("Code by text")
        PASSKEY = "passkey", _("Passkey")

    account = models.ForeignKey("portal.PatientAccount", models.CASCADE, related_name="devices")
    # A hash of what the browser keeps for half a year, and one of what its present session holds.
    browser = models.CharField(max_length=64, editable=False)
    session = models.CharField(max_length=64, blank=True, editable=False)
    name = models.CharField(_("device"), max_length=60, blank=True)
    way = models.CharField(_("signed in by"), max_length=7, choices=Way.choices)
    first_at = models.DateTimeField(_("first signed in"))
    signed_in_at = models.DateTimeField(_("signed in"))
    seen_at = models.DateTimeField(_("last seen"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = DeviceQuerySet.as_manager()
    is_new = False  # whether it was made by this sign-in
    is_asked = False  # whether somebody asks its account something: by `sign_in.sessions`

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "browser"],
                condition=Q(ended_at=None),
                name="device_once_per_account",
            ),
        ]
        indexes = [
            models.Index(fields=["session"], name="device_by_session"),
            models.Index(fields=["seen_at"], name="device_by_time"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("A browser"))

    def end(self) -> None:
        """Sign it out; it is asked as any other the next time."""
        self.ended_at, self.session = database_time.now(), ""
        self.save(update_fields=["ended_at", "session"])
