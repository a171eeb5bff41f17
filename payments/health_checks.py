"""Does what patients pay arrive, and does Stripe tell of it? What the status of the site says."""

from datetime import timedelta

from django.utils.translation import gettext as _

from core.database import database_time
from core.monitoring.results import CheckResult, Level
from payments.models import Payment, Refund, StripeEvent
from payments.stripe_client import is_configured

NAME = "payments"
PATIENCE, LOOKS_BACK = timedelta(hours=2), timedelta(days=2)
FEW = 3  # events that one webhook may have missed


def check_payments() -> list[CheckResult]:
    """Return whether anything is under way for hours, or no webhook arrives.

    Never an error: the site does its own work, and probers must not take it for broken. Nothing is
    said where payments are not set up.
    """
    if not is_configured():
        return []
    waiting, missed = _waiting(), _missed()
    figures = {"payments_waiting": float(waiting), "payment_events_missed": float(missed)}
    if waiting:
        sentence = _("Of %d payments and refunds nobody has known for hours how they end.")
        advice = _("Look at status.stripe.com. They are asked for by themselves, and none is lost.")
        return [CheckResult(NAME, Level.WARNING, sentence % waiting, advice, figures)]
    if missed:
        sentence = _("Stripe’s reports do not arrive: what happened there is known late.")
        advice = _(
            "Compare the endpoint in Stripe’s pages and STRIPE_WEBHOOK_SECRET with docs/deploy.md."
        )
        return [CheckResult(NAME, Level.WARNING, sentence, advice, figures)]
    return [CheckResult(NAME, Level.OK, _("Payments are known here."), "", figures)]


def _waiting() -> int:
    since = database_time.now() - PATIENCE
    payments = Payment.objects.under_way().filter(created_at__lt=since).count()
    # A bank may take days to take money back: that it was told to is known.
    refunds = Refund.objects.filter(
        status=Refund.Status.STARTED, stripe_id="", created_at__lt=since
    )
    return payments + refunds.count()


def _missed() -> int:
    """Return how many events were found in Stripe's list alone, where none came by webhook."""
    lately = StripeEvent.objects.filter(received_at__gt=database_time.now() - LOOKS_BACK)
    if lately.filter(by_webhook=True).exists():
        return 0
    missed = lately.count()
    return missed if missed >= FEW else 0
