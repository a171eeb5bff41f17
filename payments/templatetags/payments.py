"""What other apps' pages show of payments: `{% load payments %}`."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.links import VisitLink
from appointments.models import Appointment
from payments.collection import card_on_file, charges
from payments.models import Charge, PaymentTerms
from payments.stripe_client import is_configured
from payments.views.doors import EXPECTED, path_of

register = template.Library()
Timing = PaymentTerms.Timing


@dataclass(frozen=True)
class VisitPayment:
    """What a visit's page says of paying for it, and where it leads."""

    url: str
    state: str  # open, paid, card, kept, later
    cents: int


@register.simple_tag
def payment_of(link: VisitLink, status: str) -> VisitPayment | None:
    """Return what the page of the visit behind a link says of paying; None where it says nothing.

    `status` is the one that the page shows: whoever proved no address is told no other.
    """
    visit = link.appointment
    # "open" stands before "paid".
    owed = Charge.objects.live().filter(appointment=visit).order_by("status", "pk").first()
    if owed:
        state = "open" if owed.status == Charge.Status.OPEN else "paid"
        return VisitPayment(path_of(link), state, owed.amount_cents)
    price = charges.price_of(visit)
    if not is_configured() or price is None or status not in EXPECTED:
        return None
    state = _state_of(link, charges.timing_of(visit))
    return VisitPayment(path_of(link), state, price) if state else None


def _state_of(link: VisitLink, timing: str) -> str:
    if timing == Timing.AT_BOOKING:
        return "open"
    if timing == Timing.CARD and link.acts_for_patient:
        return "kept" if card_on_file.find(link.appointment.patient) else "card"
    return "later" if timing == Timing.AFTER else ""


@register.simple_tag(takes_context=True)
def payments_link(context: template.Context, appointment: Appointment) -> dict[str, Any] | None:
    """Return address and words of the desk's page of what a visit costs, for whoever may see it."""
    if appointment.patient_id is None or not context["request"].user.has_perm(
        "payments.view_charge"
    ):
        return None
    found = Charge.objects.live().filter(appointment=appointment)
    states = set(found.values_list("status", flat=True))
    if not states and not is_configured():
        return None
    words = _("Payments")
    if states:
        is_open = Charge.Status.OPEN in states
        words += f": {Charge.Status.OPEN.label if is_open else Charge.Status.PAID.label}"
    return {"url": reverse("admin:payments_visit", args=[appointment.pk]), "words": words}


@register.simple_tag
def paid_online() -> dict[str, bool]:
    """Return whether some services are paid when they are booked, or ask for a card; on kept pages
    the terms of staff drop them when they change."""
    if not is_configured():
        return {"at_booking": False, "card": False}
    active = PaymentTerms.objects.filter(service__active=True, service__price_cents__isnull=False)
    timings = set(active.values_list("timing", flat=True))
    return {"at_booking": Timing.AT_BOOKING in timings, "card": Timing.CARD in timings}


@register.simple_tag
def paid_when(service: Any) -> str:
    """Return when this service is paid for online: its timing, "never" without any."""
    if not is_configured():
        return str(Timing.NEVER)
    terms = PaymentTerms.objects.filter(service=service).first()
    return str(terms.timing) if terms else str(Timing.NEVER)
