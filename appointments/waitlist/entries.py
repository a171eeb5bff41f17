"""Places in line: joined, left, ended. A place is closed once, by one conditional UPDATE.

Rows are locked in this order everywhere: provider, place in line, offers by pk, appointment.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from appointments.booking import holds, patients
from appointments.booking.patients import PatientDetails
from appointments.booking.rules import in_one_transaction, require_age
from appointments.models import (
    Appointment,
    EntryStatus,
    OfferStatus,
    Provider,
    Service,
    WaitlistEntry,
    WaitlistOffer,
)
from appointments.models.waitlist_offers import OfferQuerySet
from appointments.scheduling import availability
from appointments.scheduling.states import STATES
from appointments.scheduling.time_preferences import TimePreferences
from appointments.waitlist import emails
from core.database import database_time
from core.people import email_addresses

WAITS_FOR = timedelta(days=60)
MOST_ENTRIES = 4  # of one e-mail address

# What a place in line keeps for the booking, by the same names.
TYPED = (
    "first_name",
    "last_name",
    "birth_date",
    "email",
    "phone",
    "contact",
    "by_text",
    "booked_for",
    "booked_by",
    "zone",
    "language",
)
# And what they wish, and agreed to.
PREFERRED = ("provider_id", "weekdays", "parts", "sooner_than", "agreed_at", "consent_texts")


def first_that_suits(
    service: Service, state: str, preferences: TimePreferences, provider: Provider | None = None
) -> datetime | None:
    """The first time that suits and is free now: who joins all the same wants a sooner one."""
    start = preferences.first_of(availability.grid(service, state).of(provider))
    return None if start is None else availability.moment(start)


@in_one_transaction
def join(
    *,
    service: Service,
    state: str,
    details: PatientDetails,
    preferences: TimePreferences,
    provider: Provider | None = None,
    sooner_than: datetime | None = None,
) -> None:
    """Give the person a place in line; a mail brings the link to it.

    Where the person is in line already, or the address has `MOST_ENTRIES`, whoever made them, it
    counts once the link in its mail says so: see `keep`. Who types somebody's name, birth date and
    address changes nothing of theirs. PRIVACY 29. Raises TooYoung.
    """
    require_age(service, details.birth_date, state)
    now = database_time.now()
    given = {
        "provider": provider,
        "weekdays": sorted(preferences.weekdays),
        "parts": sorted(preferences.parts),
        "sooner_than": sooner_than,
        "until": now + WAITS_FOR,
        "agreed_at": now,
        "consent_texts": list(details.consent_texts),
    } | {name: getattr(details, name) for name in TYPED}
    given["zone"] = STATES[state].zone_for(details.zone)
    person = patients.match_key(details)
    whose = {"person": person, "service": service, "state": state}
    places = of_address(details.email, person)
    mine = [place for place in places if all(getattr(place, k) == v for k, v in whose.items())]
    in_line = any(place.is_waiting for place in mine)
    must_ask = in_line or sum(place.is_waiting for place in places) >= MOST_ENTRIES
    status, closed = (EntryStatus.ASKED, now) if must_ask else (EntryStatus.WAITING, None)
    entry = WaitlistEntry(**{"created": now, "status": status, "closed": closed} | whose | given)
    asked = next((place for place in mine if place.is_asked), None)
    if asked:
        entry.pk, entry.key = asked.pk, asked.key
    entry.save(force_insert=asked is None)
    patients.record_text_consent(details, about=f"waitlist:{entry.pk}")
    emails.joined(entry)


@in_one_transaction
def keep(entry: WaitlistEntry) -> WaitlistEntry:
    """Let what was asked about count; return the place in line, or `entry` where there is none.

    The person's place in line keeps its turn and takes over what was typed last. Only a mailed
    link leads here, so it counts also where the address has many places.
    """
    now = database_time.now()
    same = {name: getattr(entry, name) for name in ("person", "service_id", "state")}
    places = of_address(entry.email, entry.person)
    mine = [place for place in places if all(getattr(place, k) == v for k, v in same.items())]
    in_line = next((place for place in mine if place.is_waiting), None)
    asked = next((place for place in mine if place.pk == entry.pk and place.is_asked), None)
    if asked is None:
        return in_line or entry
    if in_line is None:
        asked.status, asked.closed, asked.until = EntryStatus.WAITING, None, now + WAITS_FOR
        asked.save()
        return asked
    for name in (*TYPED, *PREFERRED):
        setattr(in_line, name, getattr(asked, name))
    in_line.until = now + WAITS_FOR
    in_line.save()
    asked.delete()
    return in_line


def of_address(email: str, person: str) -> list[WaitlistEntry]:
    """Return the address's places, in line or asked about, in order; one request at a time.

    Without an e-mail address they are those of the person of this `match_key`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('waitlist'), hashtext(%s))",
            [email_addresses.normalized(email) if email else person],
        )
    places = WaitlistEntry.objects.filter(status__in=[EntryStatus.WAITING, EntryStatus.ASKED])
    mine = places.of_address(email) if email else places.filter(email="", person=person)
    # "waiting" comes last by the alphabet, and first here: of two for the same the one in line.
    ordered = mine.order_by("-status", "created", "pk")
    return list(ordered.select_related("service").select_for_update(of=("self",)))


@in_one_transaction
def leave(entry: WaitlistEntry) -> bool:
    """The patient gives up the place. False if it was closed before."""
    return _close(entry, EntryStatus.LEFT)


@in_one_transaction
def remove(entry: WaitlistEntry) -> bool:
    """Staff take somebody off the list, without a mail. False if it was closed before."""
    return _close(entry, EntryStatus.REMOVED)


@in_one_transaction
def fulfil(entry: WaitlistEntry, visit: Appointment) -> bool:
    """Who waited has this visit. False if the place was closed before."""
    if not _close(entry, EntryStatus.FULFILLED):
        return False
    WaitlistEntry.objects.filter(pk=entry.pk).update(appointment=visit)
    return True


def _close(entry: WaitlistEntry, status: EntryStatus) -> bool:
    waiting = WaitlistEntry.objects.filter(pk=entry.pk, status=EntryStatus.WAITING)
    if not waiting.update(status=status, closed=database_time.now()):
        return False
    withdraw(WaitlistOffer.objects.filter(entry=entry))
    return True


def withdraw(offers: OfferQuerySet) -> None:
    """Close the open one of these; its time is free at once where nobody else is offered it."""
    found = offers.filter(status=OfferStatus.OPEN).select_related("hold")
    offer = found.select_for_update(of=("self",)).first()
    if offer is None:
        return
    offers.filter(pk=offer.pk).update(status=OfferStatus.DECLINED)
    emails.withdraw(offer)
    others = WaitlistOffer.objects.filter(hold=offer.hold_id)
    if (
        offer.hold
        and not others.filter(status__in=[OfferStatus.OPEN, OfferStatus.ACCEPTED]).exists()
    ):
        holds.release(offer.hold)


def end_old(now: datetime) -> None:
    """Close places whose 60 days are over. Who has an offer just now may still take it."""
    waiting = WaitlistEntry.objects.filter(status=EntryStatus.WAITING, until__lte=now)
    free = waiting.without_offer().select_for_update(skip_locked=True)
    pks = list(free.values_list("pk", flat=True)[:500])
    WaitlistEntry.objects.filter(pk__in=pks).update(status=EntryStatus.ENDED, closed=now)


def purge(now: datetime) -> int:
    """Delete places that were closed WAITLIST_DAYS ago, with what was typed; how many went."""
    since = now - timedelta(days=settings.WAITLIST_DAYS)
    closed = WaitlistEntry.objects.filter(closed__lt=since)
    deleted, _ = closed.delete()
    return deleted
