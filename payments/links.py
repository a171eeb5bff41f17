"""The links of payments: a guest's page of what one visit costs, and the way back from Stripe.

- mailed links went through the mailbox of the visit's address, or were made by a page that such a
  link opens; handed links were given to the browser that booked, for an hour. Both are read from
  the appointment's own random bits, as those of the visit are.
- the way back stands in Stripe's books, so it opens nothing: for a day it says how that one payment
  has ended, and names nobody.
"""

from datetime import timedelta

from django.urls import reverse

from appointments import links as visit_links
from appointments.links import VisitLink
from appointments.models import Appointment, FormerKey
from core.signed_links import LinkSigner, absolute_url

MAILED = LinkSigner("payments.visit")
HANDED = LinkSigner("payments.visit.handed")
RETURNED = LinkSigner("payments.returned", valid_for=lambda: timedelta(days=1))
PATTERN = MAILED.pattern


def page(link: VisitLink, name: str = "visit", *more: str) -> str:
    """Return the path of the payments of the visit behind a link, by a link of the same kind."""
    signer = MAILED if link.mailed else HANDED
    return reverse(f"payments:{name}", args=[signer.sign(link.appointment.key), *more])


def mailed_page(appointment: Appointment) -> str:
    """Return the path as a mail has it."""
    return reverse("payments:visit", args=[MAILED.sign(appointment.key)])


def find(token: str) -> VisitLink | None:
    """Return the visit behind a token of ours; None if it is not one."""
    key = MAILED.read(token)
    mailed = key is not None
    key = key or HANDED.read(token)
    visits = Appointment.objects.exclude(patient=None, erased_at=None)
    rows = visits.select_related("provider", "service", "patient")
    appointment = rows.filter(key=key).first() if key else None
    return VisitLink(appointment, token, mailed) if appointment else None


def was_replaced(token: str) -> bool:
    """Whether it was a link to a visit whose address has been corrected since."""
    keys = [key for key in (MAILED.read(token), HANDED.read(token)) if key]
    return FormerKey.objects.filter(key_hash__in=map(FormerKey.hashed, keys)).exists()


def visit_page(link: VisitLink) -> str:
    """Return the path of the visit itself, by a link of the same kind."""
    appointment = link.appointment
    if link.mailed:
        return visit_links.page(appointment)
    return visit_links.handed_page(appointment, "visit")


def returned(uid: str) -> str:
    """Return where Stripe leads back to."""
    return absolute_url(reverse("payments:returned", args=[RETURNED.sign(uid)]))
