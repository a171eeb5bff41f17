"""The mails of the waitlist: name, time, practice, phone, one link, no more."""

import uuid

from appointments import zones
from appointments.models import WaitlistEntry, WaitlistOffer
from appointments.waitlist import links
from curednation.mail import outbox


def joined(entry: WaitlistEntry, *, is_full: bool = False) -> None:
    """Where the place in line is. With `is_full` the address waits in so many that none was added;
    `entry` is one of those then."""
    outbox.enqueue(
        "appointment_offer_joined",
        key=f"appointment-waitlist:{uuid.uuid4()}",
        to=entry.email,
        about=f"waitlist:{entry.pk}",
        name="" if is_full else entry.greeting_name,
        is_full=is_full,
        link=links.absolute(entry),
    )


def offered(offer: WaitlistOffer) -> None:
    _about_offer(
        "appointment_offer",
        offer,
        f"appointment-offer:{offer.pk}",
        until=offer.local_until,
        not_after=offer.until,
    )


def taken(offer: WaitlistOffer) -> None:
    """Somebody was faster. The offer itself is not sent any more if it still waits."""
    key = f"appointment-offer-taken:{offer.pk}"
    _about_offer("appointment_offer_taken", offer, key, overtakes=True)


def withdraw(offer: WaitlistOffer) -> None:
    """Do not send an offer that nobody waits for any more."""
    outbox.drop(about=_about(offer))


def _about_offer(template: str, offer: WaitlistOffer, key: str, **options) -> None:
    outbox.enqueue(
        template,
        key=key,
        to=offer.entry.email,
        about=_about(offer),
        name=offer.entry.greeting_name,
        starts=offer.local_start,
        zone=zones.words(offer.entry.zone),
        link=links.absolute(offer.entry),
        **options,
    )


def _about(offer: WaitlistOffer) -> str:
    return f"waitlist-offer:{offer.pk}"
