"""The one mail that payments owe: that there is something to see. No amount, no card, no reason."""

from datetime import timedelta

from appointments import contact_preferences
from appointments.emails import visit_outbox
from core.languages.speaking import speaking
from core.mail import outbox
from core.signed_links import absolute_url
from payments import links
from payments.models import Charge


def payment_news(charge: Charge, *, wait: timedelta = timedelta(0)) -> None:
    """Tell the patient that something is new about a payment; once for each thing that is.

    Whoever has no address hears nothing of it by mail: the desk's list says so.
    """
    visit = charge.appointment
    chosen = contact_preferences.of(visit.patient_id)
    if not (visit.email and chosen.by_mail) or visit.erased_at or visit.patient is None:
        return
    language = chosen.language or visit.language
    with speaking(language):
        link = absolute_url(links.mailed_page(visit))
    news = charge.payments.count() + sum(each.refunds.count() for each in charge.payments.all())
    outbox.enqueue(
        "payment_news",
        key=f"payment-news:{charge.pk}:{news}",
        to=visit.email,
        about=visit_outbox.about(visit),
        wait=wait,
        unsent=visit.patient.is_restricted,
        language=language,
        name=visit.greeting_name,
        link=link,
    )
