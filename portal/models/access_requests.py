"""What one person asks of another: to book for them, and to see their visits."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core.database import database_time
from portal.models.accounts import ContactPoint, PatientAccount


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def open(self) -> Self:
        """Return those that still wait for an answer."""
        now = database_time.now()
        return self.filter(answered_at=None, ends_at__gt=now, account__ended_at=None)

    def to_account(self, account: Any) -> Self:
        """Open ones to an address that this account has proved, from somebody else.

        `account` is one, or stands for one in an outer query.
        """
        proved = ContactPoint.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
        nested = OuterRef(account) if isinstance(account, OuterRef) else account
        return self.open().filter(Exists(proved.filter(account=nested))).exclude(account=account)


class AccessRequest(models.Model):
    """Asked of whoever reads an address, known here or not; answered from their own place."""

    account = models.ForeignKey(PatientAccount, models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=5, choices=ContactPoint.Kind.choices)
    value = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to see a record")
        verbose_name_plural = _("requests to see a record")
        default_permissions = ()
        indexes = [
            models.Index(fields=["kind", "value"], name="access_request_by_address"),
            models.Index(fields=["ends_at"], name="access_request_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.asked_at:%Y-%m-%d}"
