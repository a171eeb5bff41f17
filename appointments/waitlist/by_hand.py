"""The waitlist by hand: the desk adds who calls, offers a time, and books for who waits.

Staff speak to the person, so what they write counts without the link of a mail.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from appointments.booking import patients, staff_booking
from appointments.booking.patients import PatientDetails
from appointments.booking.rules import in_one_transaction, require_age
from appointments.booking.staff_booking import WantedVisit
from appointments.models import (
    Appointment,
    EntryStatus,
    OfferStatus,
    Provider,
    Service,
    WaitlistEntry,
    WaitlistOffer,
)
from appointments.scheduling import availability
from appointments.scheduling.provider_calendars import Calendar
from appointments.scheduling.states import STATES
from appointments.scheduling.time_preferences import TimePreferences
from appointments.waitlist import emails, entries, offers, responses
from appointments.waitlist.own_visits import visits_of
from core.database import database_time

KEPT_FOR = timedelta(hours=1)  # time to reach them by phone, or for them to read the mail
LONGEST_GAP = timedelta(hours=8)
MOST_READ = 200
MOST_KINDS = 12  # services and states that one page asks the calendar about


class Suited(NamedTuple):
    """Somebody who waits, and the first start in the gap that suits them."""

    entry: WaitlistEntry
    starts_at: datetime


def suits(provider: Provider, start: datetime, end: datetime) -> list[Suited]:
    """Return who waits for a visit that can be had with that provider in [start, end), in line.

    By all rules of booking, by what each wishes, and without times that each was offered before.
    """
    now = database_time.now()
    waiting = (
        WaitlistEntry.objects.waiting(now)
        .without_offer()
        .filter(service__active=True, service__providers=provider)
    )
    for_them = waiting.filter(provider=None) | waiting.filter(provider=provider)
    line = (
        for_them.unrestricted()
        .select_related("service")
        .prefetch_related("offers")
        .in_line()[:MOST_READ]
    )
    kinds: dict[tuple[Service, str], list[WaitlistEntry]] = defaultdict(list)
    for entry in line:
        kinds[entry.service, entry.state].append(entry)
    found = [
        suited
        for (service, state), several in list(kinds.items())[:MOST_KINDS]
        for suited in _suited(service, state, several, provider, start, end)
    ]
    return sorted(found, key=lambda each: (each.entry.created, each.entry.pk))


def _suited(
    service: Service,
    state: str,
    line: list[WaitlistEntry],
    provider: Provider,
    start: datetime,
    end: datetime,
) -> list[Suited]:
    who = availability.candidates(service, state, only=provider)
    last = end - service.length
    grid = availability.grid(service, state, providers=who, first=start, last=last)
    starts = grid.of(provider)
    found = []
    for entry in line:
        before = {int(offer.starts_at.timestamp()) for offer in entry.offers.all()}
        first = entry.preferences.first_of(each for each in starts if each not in before)
        if first is not None:
            found.append(Suited(entry, availability.moment(first)))
    return found


def gap_end(provider: Provider, start: datetime) -> datetime:
    """Return until when the provider is free from `start` on: `start` where they are not."""
    calendar = Calendar.read([provider], start, start + LONGEST_GAP, now=database_time.now())
    second = int(start.timestamp())
    opening = calendar.opening(provider).open
    ends = next((end for begin, end in opening if begin <= second < end), second)
    busy = [begin for begin, end in calendar.busy[provider.pk] if end > second]
    return availability.moment(max(second, min([ends, *busy])))


@in_one_transaction
def add_caller(
    *,
    service: Service,
    state: str,
    details: PatientDetails,
    preferences: TimePreferences,
    provider: Provider | None = None,
) -> WaitlistEntry:
    """Give who is on the phone a place in line; who has one keeps its turn with what they say now.

    No limit of places holds for staff. With an e-mail address a mail brings the link to it. Raises
    RecordRestricted and TooYoung.
    """
    patients.require_unrestricted(details)
    require_age(service, details.birth_date, state)
    now = database_time.now()
    person = patients.match_key(details)
    places = entries.of_address(details.email, person)
    said = {
        "provider": provider,
        "weekdays": sorted(preferences.weekdays),
        "parts": sorted(preferences.parts),
        "sooner_than": None,
        "until": now + entries.WAITS_FOR,
        "agreed_at": now,
        "consent_texts": list(details.consent_texts),
    } | {name: getattr(details, name) for name in entries.TYPED}
    said["zone"] = STATES[state].zone_for(details.zone)
    whose = (person, service.pk, state)
    mine = [each for each in places if (each.person, each.service_id, each.state) == whose]
    in_line = next((each for each in mine if each.is_waiting), None)
    entry = in_line or WaitlistEntry(person=person, service=service, state=state, created=now)
    entry.status, entry.closed = EntryStatus.WAITING, None
    for name, value in said.items():
        setattr(entry, name, value)
    entry.save()
    patients.record_text_consent(details, about=f"waitlist:{entry.pk}")
    WaitlistEntry.objects.filter(pk__in=[each.pk for each in mine if each.is_asked]).delete()
    emails.joined(entry, at_once=True)
    return entry


def offer(entry: WaitlistEntry, provider: Provider, starts_at: datetime) -> WaitlistOffer:
    """Keep the time for an hour and offer it to this one alone, by mail or on the call list.

    Raises SlotTaken, and NobodyLeft where they wait no more, have an offer, or had this one.
    """
    about = entry.service, entry.state, starts_at, provider
    [pk] = offers.keep_and_ask(*about, [entry], keep_for=KEPT_FOR)
    return WaitlistOffer.objects.select_related("entry").get(entry=pk, status=OfferStatus.OPEN)


def accept_for(offered: WaitlistOffer, *, by: str) -> Appointment:
    """Book the offered time because they said yes on the phone. Raises as `responses.accept`."""
    seen = [visit.pk for visit in visits_of(offered.entry)]
    visit = responses.accept(offered, seen=seen)
    Appointment.objects.filter(pk=visit.pk).update(changed_by=by)
    emails.withdraw(offered)
    return visit


@in_one_transaction
def book_for(
    entry: WaitlistEntry, wanted: WantedVisit, details: PatientDetails, *, by: str
) -> Appointment:
    """Book a time for who waits; their place in line is fulfilled by it.

    Raises as `staff_booking.book_for_patient`.
    """
    visit = staff_booking.book_for_patient(wanted, details, by=by)
    entries.fulfil(entry, visit)
    return visit
