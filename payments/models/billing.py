"""What staff set: when a service is paid for, and the numbers that stand on superbills."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NPI_PREFIX = "80840"  # that of health care in the United States, which the check digit counts


def validate_npi(number: str) -> None:
    """Raise ValidationError unless it is ten digits of which the last one fits the others."""
    if not (number.isascii() and number.isdecimal() and len(number) == 10):
        raise ValidationError(_("An NPI has ten digits."))
    if not _passes_luhn(NPI_PREFIX + number):
        raise ValidationError(_("This is no NPI: one of its digits is wrong."))


def _passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + nth % 2) for nth, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


class PaymentTerms(models.Model):
    """When patients pay for a service online. A service without terms is paid elsewhere."""

    class Timing(models.TextChoices):
        NEVER = "never", _("Not online")
        AT_BOOKING = "booking", _("When it is booked")
        CARD = "card", _("A card is kept, and charged by the desk after the visit")
        AFTER = "after", _("After the visit")

    service = models.OneToOneField(
        "appointments.Service",
        models.CASCADE,
        related_name="payment_terms",
        verbose_name=_("service"),
    )
    timing = models.CharField(
        _("patients pay"), max_length=7, choices=Timing.choices, default=Timing.NEVER
    )
    no_show_fee_cents = models.PositiveIntegerField(
        _("no-show fee in cents"), null=True, blank=True
    )

    class Meta:
        ordering = ["service__position", "service__name"]
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(no_show_fee_cents=None) | Q(no_show_fee_cents__range=(50, 1_000_000)),
                name="payment_terms_fee_sensible",
                violation_error_message=_("A fee is between 50 cents and 10,000 dollars."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.service)


class PracticeBilling(models.Model):
    """What superbills say of the practice. At most one row, with primary key 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    tax_id = models.CharField(
        _("tax ID (EIN)"),
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^\d\d-\d{7}$", _("Write it like 12-3456789."))],
    )
    npi = models.CharField(
        _("NPI of the practice"), max_length=10, blank=True, validators=[validate_npi]
    )

    class Meta:
        verbose_name = _("billing numbers of the practice")
        verbose_name_plural = _("billing numbers of the practice")
        default_permissions = ("view", "add", "change")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="practice_billing_only_one")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> Self:
        """Return the row; where there is none, an empty one, unsaved."""
        return cls.objects.first() or cls()


class ProviderBilling(models.Model):
    """What superbills say of a provider."""

    provider = models.OneToOneField(
        "appointments.Provider",
        models.CASCADE,
        related_name="billing",
        verbose_name=_("provider"),
    )
    npi = models.CharField(_("NPI"), max_length=10, validators=[validate_npi])

    class Meta:
        ordering = ["provider__name"]
        verbose_name = _("NPI of a provider")
        verbose_name_plural = _("NPIs of providers")
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return str(self.provider)
