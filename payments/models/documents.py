"""Superbills: what a patient hands to their insurance, with the codes that staff have typed."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models.keys import new_key
from core.database.encrypted_field import EncryptedJSONField


class SuperbillQuerySet(models.QuerySet["Superbill"]):
    def standing(self) -> Self:
        """Return those that were not taken back."""
        return self.filter(revoked_at=None)


class Superbill(models.Model):
    """One superbill of a visit, as it was when it was issued. Another one replaces it."""

    appointment = models.ForeignKey(
        "appointments.Appointment",
        models.PROTECT,
        related_name="superbills",
        editable=False,
        verbose_name=_("appointment"),
    )
    uid = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    content = EncryptedJSONField(_("content"))
    issued_by = models.CharField(_("issued by"), max_length=80)
    issued_at = models.DateTimeField(_("issued"))
    revoked_at = models.DateTimeField(_("replaced or taken back"), null=True)

    objects = SuperbillQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("superbill")
        verbose_name_plural = _("superbills")
        default_permissions = ("view", "add")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                name="one_superbill_in_force",
                condition=Q(revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
