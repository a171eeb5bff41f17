"""What nobody knows the end of yet: asked of Stripe, by the clock or because somebody presses."""

from payments.collection import card_charges, checkout, settling
from payments.models import Payment


def look_at(payment: Payment) -> None:
    """Ask Stripe what became of a payment. Raises StripeAway and Rejected."""
    if payment.status != Payment.Status.STARTED:
        Payment.objects.filter(pk=payment.pk).update(look_at=None)
    elif payment.method == Payment.Method.CHECKOUT:
        _look_at_page(payment)
    else:
        card_charges.look(payment)


def _look_at_page(payment: Payment) -> None:
    """Close the page of what nobody asks for any more; of others see what became of it."""
    if payment.charge.status == payment.charge.Status.WAIVED:
        checkout.close(payment)
    else:
        checkout.look(payment)
    settling.postpone(payment)
