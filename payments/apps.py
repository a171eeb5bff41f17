"""The app of paying: what a visit costs, what was paid, what was given back."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Charges and payments; the cards themselves are with the payment provider."""

    name = "payments"
    label = "payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"
