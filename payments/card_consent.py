"""What a patient agrees to who lets the clinic keep a card: the words that are kept with it."""

from django.utils.translation import gettext as _

from appointments.models import Appointment
from appointments.templatetags.appointments import money
from payments.collection import charges
from payments.models import PaymentTerms


def words(appointment: Appointment) -> str:
    """Return them in the language of the page, with the sums that hold today."""
    terms = PaymentTerms.objects.filter(service=appointment.service_id).first()
    price, fee = charges.price_of(appointment), terms and terms.no_show_fee_cents
    said = [_("I let the clinic keep this card at Stripe and charge it for my visits.")]
    if price:
        amount = money(price)
        said.append(_("After a visit like this one it is charged %(amount)s.") % {"amount": amount})
    if fee:
        amount = money(fee)
        said.append(
            _(
                "If I miss a visit without cancelling it, up to %(amount)s, and nothing where I "
                "tried to come in and could not."
            )
            % {"amount": amount}
        )
    said.append(_("I can remove the card on my page of payments at any time."))
    return " ".join(said)
