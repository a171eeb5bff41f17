"""Answers to an offer. The first who accepts has the time; the others keep their place."""

from collections.abc import Collection, Sequence

from appointments.booking import visits
from appointments.booking.patients import PatientDetails, lock_address
from appointments.booking.rules import (
    HoldGone,
    NotChangeable,
    SlotTaken,
    TimeClosed,
    in_one_transaction,
    lock,
)
from appointments.models import (
    Appointment,
    EntryStatus,
    OfferStatus,
    WaitlistEntry,
    WaitlistOffer,
)
from appointments.waitlist import emails
from appointments.waitlist.entries import TYPED, withdraw
from appointments.waitlist.own_visits import visits_of
from core.database import database_time

PAGE = "appointments:waitlist_join"  # where the consents were given


class OfferOver(Exception):
    """Somebody was faster, or the offer has run out or was declined. The place is kept."""


class HasVisit(Exception):
    """They have a visit that the page did not name, or one that cannot be given up online."""


def accept_by_text(offer: WaitlistOffer) -> Appointment:
    """Book the offered time for who reads the texts of the place. Raises OfferOver.

    That proves no address: where the mailbox has to say yes to a visit, it still has to. A place
    that staff made without an address has none to ask.
    """
    seen = [visit.pk for visit in visits_of(offer.entry)]
    return accept(offer, seen=seen, invited=not offer.entry.email)


def accept(
    offer: WaitlistOffer,
    *,
    seen: Collection[int] = (),
    instead_of: int = 0,
    invited: bool = True,
) -> Appointment:
    """Book the offered time; the place in line is fulfilled by it, and the others are told.

    `seen` are the keys of the visits that the page named; the one with the key `instead_of` is
    cancelled in the same transaction. `invited`: their mailbox, or staff, stand for it. Accepting
    twice gives the same visit. Raises OfferOver, and
    the offer's status says why; and HasVisit.
    """
    try:
        return _accept(offer, seen, instead_of, invited)
    except OfferOver:
        entry = WaitlistEntry.objects.select_related("appointment").get(pk=offer.entry_id)
        if entry.appointment and entry.appointment_id == offer.hold_id:
            return entry.appointment
        raise
    except (SlotTaken, HoldGone) as error:
        open_ = WaitlistOffer.objects.filter(pk=offer.pk, status=OfferStatus.OPEN)
        closed = isinstance(error, TimeClosed)
        open_.update(status=OfferStatus.LAPSED if closed else OfferStatus.TAKEN)
        raise OfferOver from error


@in_one_transaction
def _accept(
    offer: WaitlistOffer, seen: Collection[int], instead_of: int, invited: bool
) -> Appointment:
    given_up = Appointment.objects.filter(pk=instead_of).values_list("provider_id", flat=True)
    lock([offer.provider_id, *given_up])
    lock_address(offer.entry)
    entry, others = _claim(offer)
    _give_up(entry, seen, instead_of)
    appointment = visits.book(hold=_hold(offer), details=_details(entry), invited=invited)
    WaitlistOffer.objects.filter(pk=offer.pk).update(status=OfferStatus.ACCEPTED)
    WaitlistEntry.objects.filter(pk=entry.pk).update(appointment=appointment)
    WaitlistOffer.objects.filter(pk__in=[o.pk for o in others]).update(status=OfferStatus.TAKEN)
    for other in others:
        emails.taken(other)
    return appointment


def _give_up(entry: WaitlistEntry, seen: Collection[int], instead_of: int) -> None:
    """Cancel the visit that the new one replaces. Raises HasVisit."""
    for visit in visits_of(entry):
        if visit.pk not in seen:
            raise HasVisit
        if visit.pk == instead_of:
            try:
                visits.cancel(visit)
            except NotChangeable as error:
                raise HasVisit from error


def _claim(offer: WaitlistOffer) -> tuple[WaitlistEntry, Sequence[WaitlistOffer]]:
    """Close the place in line for this time, and lock who else it is offered to."""
    now = database_time.now()
    waiting = WaitlistEntry.objects.filter(pk=offer.entry_id, status=EntryStatus.WAITING)
    if not waiting.update(status=EntryStatus.FULFILLED, closed=now):
        raise OfferOver
    # In this order everywhere: whoever locks some of them would else wait for the other.
    same_time = WaitlistOffer.objects.filter(hold=offer.hold_id).select_related("entry")
    offers = list(same_time.order_by("pk").select_for_update(of=("self",)))
    mine = next((o for o in offers if o.pk == offer.pk), None)
    if mine is None or mine.status != OfferStatus.OPEN or mine.until <= now:
        raise OfferOver
    others = [o for o in offers if o is not mine and o.status == OfferStatus.OPEN]
    return mine.entry, others


def _hold(offer: WaitlistOffer) -> Appointment:
    """The hold that keeps the time, as it is now; deleted a day after it came to nothing."""
    if offer.hold_id is None:
        raise OfferOver
    return Appointment.objects.select_related("provider", "service").get(pk=offer.hold_id)


def _details(entry: WaitlistEntry) -> PatientDetails:
    typed = {name: getattr(entry, name) for name in TYPED} | {"phone": str(entry.phone)}
    return PatientDetails(
        **typed,
        consent_texts=entry.consent_texts,
        page=PAGE,
        agreed_at=entry.agreed_at,
        agreed_in=entry.language,
    )


def agree(entry: WaitlistEntry, texts: Sequence[int]) -> None:
    """The texts have changed since the patient joined, and they agreed to the new ones."""
    waiting = WaitlistEntry.objects.filter(pk=entry.pk, status=EntryStatus.WAITING)
    waiting.update(consent_texts=list(texts), agreed_at=database_time.now())


@in_one_transaction
def decline(offer: WaitlistOffer) -> None:
    """Not this time. It is free at once where nobody else has the offer; the place is kept."""
    withdraw(WaitlistOffer.objects.filter(pk=offer.pk))
