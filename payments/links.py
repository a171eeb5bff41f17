"""The links of payments: a guest's page of what one visit costs, and the way back from Stripe.

- mailed links went through the mailbox of the visit's address, or were made by a page that such a
  link opens; handed links were given to the browser that booked, for an hour. Both are made from
  the appointment's own random bits, as those of the visit are.
- texted links went to its phone. What is new about a payment is news after the visit, so they last
  a month of their own, and end when the number is corrected. They show no card and no document.
- the way back stands in Stripe's books, so it opens nothing: for a day it says how that one payment
  has ended, and names nobody.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from appointments.links import PrivateLink, VisitLink, key_in_texts, of_texted_key
from appointments.models import Appointment, FormerKey
from core.database import database_time
from core.languages.speaking import speaking
from core.signed_links import LinkSigner, absolute_url
from core.sms import short_links, texted_key

TEXTED_FOR = timedelta(days=31)
SHORT = "payments"  # the purpose of the short links in texts

MAILED = LinkSigner("payments.visit")
TEXTED = LinkSigner("payments.visit.texted", valid_for=lambda: TEXTED_FOR)
HANDED = LinkSigner("payments.visit.handed")
RETURNED = LinkSigner("payments.returned", valid_for=lambda: timedelta(days=1))
SIGNERS = (MAILED, TEXTED, HANDED)
PATTERN = f"{MAILED.pattern}|{TEXTED.pattern}"


@dataclass(frozen=True)
class PaymentLink(PrivateLink):
    """A private link to the payments of a visit."""

    @property
    def has_ended(self) -> bool:
        """As the visit's own link, but for a texted one: that ends by the time in it."""
        return self.appointment.erased_at is not None if self.texted else super().has_ended

    @property
    def visit_page(self) -> str:
        """Return the path of the visit's page; empty once its own link has ended."""
        return "" if super().has_ended else self.page()


def page(link: VisitLink, name: str = "visit", *more: str) -> str:
    """Return the path of the payments of the visit behind a link, by a private one of its kind."""
    visit = link.appointment
    if link.may_come_in and not link.proved:
        return texted_page(visit, name, *more)
    signer = MAILED if link.proved else HANDED
    return reverse(f"payments:{name}", args=[signer.sign(visit.key), *more])


def mailed_page(appointment: Appointment) -> str:
    """Return the path as a mail has it."""
    return reverse("payments:visit", args=[MAILED.sign(appointment.key)])


def texted_page(appointment: Appointment, name: str = "visit", *more: str) -> str:
    """Return the path for who reads the texts at the visit's phone number."""
    token = TEXTED.sign(key_in_texts(appointment))
    return reverse(f"payments:{name}", args=[token, *more])


def for_text(appointment: Appointment) -> str:
    """Return a new short link for a text: it leads to the page of the visit's payments."""
    ends = database_time.now() + TEXTED_FOR
    return short_links.make(SHORT, key_in_texts(appointment), expires_at=ends)


def _of_short_link(texted: str) -> str | None:
    """Return the page, in the visit's language; None once its number is another."""
    visit = of_texted_key(texted)
    if visit is None:
        return None
    with speaking(visit.language):
        return texted_page(visit)


short_links.register(SHORT, _of_short_link)


def find(token: str) -> PaymentLink | None:
    """Return the visit behind a token of ours; None if it is not one."""
    found = [(signer, key) for signer in SIGNERS if (key := signer.read(token))]
    if not found:
        return None
    [(signer, key)] = found
    texted = signer is TEXTED
    key, number = texted_key.split(key) if texted else (key, "")
    visits = Appointment.objects.exclude(patient=None, erased_at=None)
    rows = visits.select_related("provider", "service", "patient")
    appointment = rows.filter(key=key).first()
    if appointment is None or (texted and not texted_key.is_of(number, appointment.phone)):
        return None
    return PaymentLink(appointment, token, mailed=signer is MAILED, texted=texted)


def was_replaced(token: str) -> bool:
    """Return whether it was a link to a visit whose address has been corrected since."""
    keys = [key for signer in (MAILED, HANDED) if (key := signer.read(token))]
    if texted := TEXTED.read(token):
        keys.append(texted_key.split(texted)[0])
    return FormerKey.objects.filter(key_hash__in=map(FormerKey.hashed, keys)).exists()


def returned(uid: str) -> str:
    """Return where Stripe leads back to."""
    return absolute_url(reverse("payments:returned", args=[RETURNED.sign(uid)]))
