"""The one piece of news that payments owe, by mail and by text: that there is something to see.

No amount, no card, no reason. A text goes to who agreed to texts, with the link of a text.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from appointments import contact_preferences
from appointments.emails import visit_outbox
from appointments.models import Appointment
from core.languages.speaking import speaking
from core.mail import outbox
from core.signed_links import absolute_url
from core.sms import outbox as texts
from payments import links
from payments.models import Charge
from portal.contact_preferences import gets_texts


def payment_news(charge: Charge, *, wait: timedelta = timedelta(0)) -> None:
    """Tell the patient that something is new about a payment; once for each thing that is.

    Whoever is reached neither way hears nothing of it: the desk's list says so.
    """
    visit = charge.appointment
    if visit.erased_at or visit.patient is None:
        return
    chosen = contact_preferences.of(visit.patient_id)
    news = charge.payments.count() + sum(each.refunds.count() for each in charge.payments.all())
    told: dict[str, Any] = {"language": chosen.language or visit.language, "wait": wait}
    told |= {"key": f"payment-news:{charge.pk}:{news}", "about": visit_outbox.about(visit)}
    if visit.email and chosen.by_mail:
        _mail(visit, visit.patient.is_restricted, told)
    if wants_texts(visit):
        link = partial(links.for_text, visit)  # none is made for a text that nobody may get
        texts.enqueue("payment_news", to=visit.phone, zone=visit.zone, link=link, **told)


def wants_texts(visit: Appointment) -> bool:
    """Return whether its patient agreed to texts, then or since. STOP is for the outbox."""
    patient = visit.patient
    if patient is None or patient.is_restricted:
        return False
    return visit.by_text or (visit.phone == patient.phone and gets_texts(patient))


def _mail(visit: Appointment, unsent: bool, told: dict[str, Any]) -> None:
    with speaking(told["language"]):
        link = absolute_url(links.mailed_page(visit))
    outbox.enqueue(
        "payment_news", to=visit.email, unsent=unsent, name=visit.greeting_name, link=link, **told
    )
