"""Why a payment or a refund failed, in words that help at the desk."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "authentication_required": _(
        "The bank wants the patient to confirm it. They were sent a link: paid there, it goes "
        "through."
    ),
    "away": _("Stripe did not answer, and nothing was charged. Try again."),
    "card_declined": _("The bank declined the card and gives no reason."),
    "do_not_honor": _("The bank declined the card and gives no reason."),
    "expired_card": _("The card has expired."),
    "generic_decline": _("The bank declined the card and gives no reason."),
    "incorrect_cvc": _("The security code was wrong."),
    "insufficient_funds": _("There is not enough money on the card."),
    "lost_card": _("The bank declined the card. Say no more to the patient than that."),
    "stolen_card": _("The bank declined the card. Say no more to the patient than that."),
    "pickup_card": _("The bank declined the card. Say no more to the patient than that."),
    "fraudulent": _("The bank declined the card. Say no more to the patient than that."),
    "processing_error": _("The bank had an error. Try again."),
    "charge_already_refunded": _("All of it was given back already, in Stripe’s own pages."),
    "charge_disputed": _("The bank looks into this payment: answer that in Stripe’s own pages."),
    "insufficient_balance": _("There is too little on the clinic’s account at Stripe."),
    "lost_or_stolen_card": _("The card was lost or stolen: give it back another way."),
    "expired_or_canceled_card": _("The card is no longer valid: give it back another way."),
}


def words(code: str) -> str | Promise:
    """Return them; of a code that we do not know, the code itself."""
    return WORDS.get(code) or _("Stripe says: %(code)s.") % {"code": code or "?"}
