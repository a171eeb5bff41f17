"""The links of payments: a guest's page of what one visit costs, and the way back from Stripe.

- mailed links went through the mailbox of the visit's address, or were made by a page that such a
  link opens; texted ones through its phone; handed links were given to the browser that booked, for
  an hour. All are made from the appointment's own random bits, as those of the visit are.
- the way back stands in Stripe's books, so it opens nothing: for a day it says how that one payment
  has ended, and names nobody.
"""

from datetime import timedelta

from django.urls import reverse

from appointments.links import PrivateLink, VisitLink
from appointments.models import Appointment, FormerKey
from core.signed_links import LinkSigner, absolute_url

MAILED = LinkSigner("payments.visit")
TEXTED = LinkSigner("payments.visit.texted")
HANDED = LinkSigner("payments.visit.handed")
RETURNED = LinkSigner("payments.returned", valid_for=lambda: timedelta(days=1))
SIGNERS = (MAILED, TEXTED, HANDED)
PATTERN = MAILED.pattern


def page(link: VisitLink, name: str = "visit", *more: str) -> str:
    """Return the path of the payments of the visit behind a link, by a private one of its kind."""
    signer = MAILED if link.proved else TEXTED if link.may_come_in else HANDED
    return reverse(f"payments:{name}", args=[signer.sign(link.appointment.key), *more])


def mailed_page(appointment: Appointment) -> str:
    """Return the path as a mail has it."""
    return reverse("payments:visit", args=[MAILED.sign(appointment.key)])


def find(token: str) -> PrivateLink | None:
    """Return the visit behind a token of ours; None if it is not one."""
    found = [(signer, key) for signer in SIGNERS if (key := signer.read(token))]
    if not found:
        return None
    [(signer, key)] = found
    visits = Appointment.objects.exclude(patient=None, erased_at=None)
    rows = visits.select_related("provider", "service", "patient")
    appointment = rows.filter(key=key).first()
    if appointment is None:
        return None
    return PrivateLink(appointment, token, mailed=signer is MAILED, texted=signer is TEXTED)


def was_replaced(token: str) -> bool:
    """Return whether it was a link to a visit whose address has been corrected since."""
    keys = [key for signer in SIGNERS if (key := signer.read(token))]
    return FormerKey.objects.filter(key_hash__in=map(FormerKey.hashed, keys)).exists()


def returned(uid: str) -> str:
    """Return where Stripe leads back to."""
    return absolute_url(reverse("payments:returned", args=[RETURNED.sign(uid)]))
