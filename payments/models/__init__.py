"""The tables of payments. `payments.collection` alone changes a status."""

from payments.models.billing import PaymentTerms, PracticeBilling, ProviderBilling
from payments.models.cards import SavedCard, StripeCustomer
from payments.models.charges import Charge, Payment, Refund
from payments.models.documents import Superbill
from payments.models.events import StripeEvent

__all__ = [
    "Charge",
    "Payment",
    "PaymentTerms",
    "PracticeBilling",
    "ProviderBilling",
    "Refund",
    "SavedCard",
    "StripeCustomer",
    "StripeEvent",
    "Superbill",
]
