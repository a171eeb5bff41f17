"""What is owed for a visit, each attempt to pay it, and what was given back."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from appointments.models.keys import new_key
from core.database.encrypted_field import EncryptedTextField
from payments.models.cards import SavedCard, brand_name


class ChargeQuerySet(models.QuerySet["Charge"]):
    def live(self) -> Self:
        """Return those that are owed or paid."""
        return self.filter(status__in=[Charge.Status.OPEN, Charge.Status.PAID])

    def open(self) -> Self:
        """Return those that are owed."""
        return self.filter(status=Charge.Status.OPEN)

    def visible_to(self, user: object) -> Self:
        """Return those of visits that this member of the staff may find."""
        visits = Appointment.objects.visible_to(user).order_by()
        return self.filter(appointment__in=visits)


class Charge(models.Model):
    """A sum that is owed for one visit. What it is for is never told to Stripe."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit")
        NO_SHOW = "no_show", _("Missed visit")

    class Status(models.TextChoices):
        OPEN = "open", _("To pay")
        PAID = "paid", _("Paid")
        REFUNDED = "refunded", _("Given back")
        WAIVED = "waived", _("Not asked for")

    appointment = models.ForeignKey(
        "appointments.Appointment",
        models.PROTECT,
        related_name="charges",
        editable=False,
        verbose_name=_("appointment"),
    )
    uid = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    kind = models.CharField(_("for"), max_length=7, choices=Kind.choices)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.OPEN
    )
    amount_cents = models.PositiveIntegerField(_("amount in cents"))
    # In the words of staff, who may name a person or an illness in them.
    reason = EncryptedTextField(_("reason"), blank=True)
    made_by = models.CharField(_("made by"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("made"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=80, blank=True)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "kind"],
                name="charged_once_for_a_visit",
                condition=Q(status__in=["open", "paid"]),
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="charge_of_something"),
            models.CheckConstraint(
                condition=Q(status="open", settled_at=None)
                | ~Q(status="open") & Q(settled_at__isnull=False),
                name="charge_settled_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="charge_open", condition=Q(status="open")),
            models.Index(fields=["settled_at"], name="charge_by_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def under_way(self) -> Self:
        """Return those of which nobody knows yet how they end."""
        return self.filter(status=Payment.Status.STARTED)

    def made(self) -> Self:
        """Return those that have brought money."""
        return self.filter(status__in=[Payment.Status.SUCCEEDED, Payment.Status.EXTRA])

    def due(self, now: datetime) -> Self:
        """Return those of which Stripe is to be asked now."""
        return self.filter(look_at__lte=now).order_by("look_at")


class Payment(models.Model):
    """One attempt to pay a charge. At most one of a charge is under way, or has succeeded."""

    class Method(models.TextChoices):
        CHECKOUT = "checkout", _("Card, by the patient")
        SAVED_CARD = "card", _("Card on file")
        CASH = "cash", _("Cash")
        INSURANCE = "insurance", _("Insurance")
        OTHER = "other", _("Check or transfer")

    class Status(models.TextChoices):
        STARTED = "started", _("Under way")
        SUCCEEDED = "succeeded", _("Paid")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Not paid")
        # The charge had been paid otherwise when this came after all: somebody gives it back.
        EXTRA = "extra", _("Paid twice")

    ONLINE = (Method.CHECKOUT, Method.SAVED_CARD)

    charge = models.ForeignKey(Charge, models.PROTECT, related_name="payments", editable=False)
    # Stripe knows the payment by it, and it is the key that makes each request to Stripe once.
    uid = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    method = models.CharField(_("how"), max_length=9, choices=Method.choices)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices)
    amount_cents = models.PositiveIntegerField(_("amount in cents"))
    card = models.ForeignKey(
        SavedCard, models.PROTECT, related_name="payments", null=True, editable=False
    )
    session_id = models.CharField(max_length=80, blank=True, editable=False)
    intent_id = models.CharField(max_length=64, blank=True, editable=False)
    checkout_url = models.TextField(blank=True, editable=False)
    session_ends_at = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(_("why it failed"), max_length=60, blank=True)
    brand = models.CharField(_("card"), max_length=20, blank=True)
    last4 = models.CharField(_("ends with"), max_length=4, blank=True)
    note = EncryptedTextField(_("note"), blank=True)
    made_by = models.CharField(_("by"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("begun"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    disputed_at = models.DateTimeField(_("disputed"), null=True)
    look_at = models.DateTimeField(null=True, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        default_permissions = ()
        permissions = [("refund_payment", _("Can give payments back"))]
        constraints = [
            models.UniqueConstraint(
                fields=["charge"],
                name="one_payment_of_a_charge",
                condition=Q(status__in=["started", "succeeded"]),
            ),
            models.CheckConstraint(
                condition=Q(status="started", settled_at=None)
                | ~Q(status="started") & Q(settled_at__isnull=False),
                name="payment_settled_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], name="payment_to_look_at", condition=Q(look_at__isnull=False)
            ),
            models.Index(fields=["settled_at"], name="payment_by_settled"),
            models.Index(
                fields=["session_id"], name="payment_by_session", condition=~Q(session_id="")
            ),
            models.Index(
                fields=["intent_id"], name="payment_by_intent", condition=~Q(intent_id="")
            ),
            models.Index(
                fields=["disputed_at"],
                name="payment_disputed",
                condition=Q(disputed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_made(self) -> bool:
        return self.status in (self.Status.SUCCEEDED, self.Status.EXTRA)

    @property
    def is_online(self) -> bool:
        return self.method in self.ONLINE

    @property
    def card_name(self) -> str:
        """Return "Visa •••• 4242"; empty where no card is known."""
        return f"{brand_name(self.brand)} •••• {self.last4}" if self.last4 else ""


class RefundQuerySet(models.QuerySet["Refund"]):
    def standing(self) -> Self:
        """Return those that have gone back, or are on their way."""
        return self.exclude(status=Refund.Status.FAILED)

    def due(self, now: datetime) -> Self:
        """Return those of which Stripe is to be asked now."""
        return self.filter(look_at__lte=now).order_by("look_at")


class Refund(models.Model):
    """What was given back of a payment, and why."""

    class Status(models.TextChoices):
        STARTED = "started", _("On its way")
        SUCCEEDED = "succeeded", _("Given back")
        FAILED = "failed", _("Failed")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", editable=False)
    uid = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices)
    amount_cents = models.PositiveIntegerField(_("amount in cents"))
    reason = EncryptedTextField(_("reason"), blank=True)
    stripe_id = models.CharField(max_length=64, blank=True, editable=False)
    failure = models.CharField(_("why it failed"), max_length=60, blank=True)
    # Empty: it was made in Stripe's own pages.
    made_by = models.CharField(_("by"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("begun"))
    settled_at = models.DateTimeField(_("settled"), null=True)
    look_at = models.DateTimeField(null=True, editable=False)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id"], name="refund_once", condition=~Q(stripe_id="")
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_of_something"),
            models.CheckConstraint(
                condition=Q(status="started", settled_at=None)
                | ~Q(status="started") & Q(settled_at__isnull=False),
                name="refund_settled_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], name="refund_to_look_at", condition=Q(look_at__isnull=False)
            ),
            models.Index(fields=["settled_at"], name="refund_by_settled"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
