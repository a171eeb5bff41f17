"""Who else is in a room: an interpreter, a relative, a colleague."""

import hashlib
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from visits.models.visits import GUESTS, Visit

VALID_AFTER_VISIT = timedelta(days=1)


class GuestQuerySet(models.QuerySet["Guest"]):
    def standing(self) -> Self:
        """Return those whose link was not taken back."""
        return self.filter(revoked_at=None)


class Guest(models.Model):
    """Somebody with a link of their own to one room. The token is kept as a hash."""

    class Role(models.TextChoices):
        INTERPRETER = "interpreter", _("Interpreter")
        RELATIVE = "relative", _("Relative or friend")
        COLLEAGUE = "colleague", _("Colleague of the clinic")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="guests", editable=False)
    seat = models.CharField(_("seat"), max_length=9, choices=[(s, s.label) for s in GUESTS])
    role = models.CharField(_("role"), max_length=11, choices=Role.choices)
    name = models.CharField(_("name"), max_length=100)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("link ends"))
    asked_at = models.DateTimeField(_("asked for"))
    # Who of the staff asked; empty where the patient did.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )
    agreed_at = models.DateTimeField(_("patient agreed"), null=True)
    knocked_at = models.DateTimeField(_("came"), null=True)
    admitted_at = models.DateTimeField(_("let in"), null=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True)

    objects = GuestQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "seat"], condition=Q(revoked_at=None), name="guest_one_a_seat"
            ),
            models.CheckConstraint(
                condition=Q(admitted_at=None) | Q(agreed_at__isnull=False),
                name="guest_admitted_after_agreement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.pk}"

    @property
    def ends_at(self) -> datetime:
        """Return when the link ends: it goes along with a visit that is moved to a later day."""
        return max(self.expires_at, self.visit.appointment.ends_at + VALID_AFTER_VISIT)

    @staticmethod
    def hashed(token: str) -> str:
        """Return what is kept of a token. Plain, because nobody can try 2^128 of them."""
        return hashlib.sha256(token.encode()).hexdigest()
