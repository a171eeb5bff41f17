"""Cards that patients let the clinic keep. The card is at Stripe; here is what it is called."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models.keys import new_key
from core.languages.columns import LanguageColumn


class StripeCustomerQuerySet(models.QuerySet["StripeCustomer"]):
    def left(self) -> Self:
        """Return those whose patient is gone here, and who are not deleted at Stripe yet."""
        return self.filter(patient=None, deleted_at=None).exclude(stripe_id="")


class StripeCustomer(models.Model):
    """Under which number a patient's cards are kept at Stripe, which is told nothing else."""

    patient = models.OneToOneField(
        "appointments.Patient",
        models.SET_NULL,
        related_name="stripe_customer",
        null=True,
        editable=False,
    )
    uid = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    stripe_id = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), editable=False)
    deleted_at = models.DateTimeField(_("deleted at Stripe"), null=True, editable=False)

    objects = StripeCustomerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id"], name="stripe_customer_once", condition=~Q(stripe_id="")
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SavedCardQuerySet(models.QuerySet["SavedCard"]):
    def kept(self) -> Self:
        """Return those that can be charged."""
        return self.filter(status=SavedCard.Status.KEPT)

    def due(self, now: datetime) -> Self:
        """Return those of which Stripe is to be asked now."""
        return self.filter(look_at__lte=now).order_by("look_at")


class SavedCard(models.Model):
    """A card that a patient lets the clinic charge, with the words that they agreed to."""

    class Status(models.TextChoices):
        STARTED = "started", _("Being typed at Stripe")
        KEPT = "kept", _("Kept")
        EXPIRED = "expired", _("Never typed")
        REMOVED = "removed", _("Removed")

    customer = models.ForeignKey(
        StripeCustomer, models.PROTECT, related_name="cards", editable=False
    )
    appointment = models.ForeignKey(
        "appointments.Appointment",
        models.PROTECT,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name=_("appointment"),
    )
    uid = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    status = models.CharField(_("status"), max_length=7, choices=Status.choices)
    session_id = models.CharField(max_length=80, blank=True, editable=False)
    checkout_url = models.TextField(blank=True, editable=False)
    method_id = models.CharField(max_length=64, blank=True, editable=False)
    brand = models.CharField(_("card"), max_length=20, blank=True)
    last4 = models.CharField(_("ends with"), max_length=4, blank=True)
    expires_month = models.PositiveSmallIntegerField(null=True)
    expires_year = models.PositiveSmallIntegerField(null=True)
    agreed_text = models.TextField(_("agreed to"))
    agreed_at = models.DateTimeField(_("agreed"))
    language = LanguageColumn(help_text=_("In which the text was shown."))
    session_ends_at = models.DateTimeField()
    kept_at = models.DateTimeField(_("kept since"), null=True)
    removed_at = models.DateTimeField(_("removed"), null=True)
    look_at = models.DateTimeField(null=True, editable=False)

    objects = SavedCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("card on file")
        verbose_name_plural = _("cards on file")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], name="one_card_on_file", condition=Q(status="kept")
            ),
            models.UniqueConstraint(
                fields=["customer"], name="one_card_being_typed", condition=Q(status="started")
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], name="card_to_look_at", condition=Q(look_at__isnull=False)
            ),
            models.Index(
                fields=["session_id"], name="card_by_session", condition=~Q(session_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_name} •••• {self.last4}" if self.last4 else str(self.pk)

    @property
    def brand_name(self) -> str:
        """Return what people call it, such as "Visa"."""
        return brand_name(self.brand)


def brand_name(brand: str) -> str:
    """Return what people call a card's brand, which Stripe writes as "visa" or "amex"."""
    known = {"amex": "American Express", "jcb": "JCB", "unionpay": "UnionPay", "diners": "Diners"}
    return known.get(brand, brand.replace("_", " ").title()) or str(_("Card"))
