"""Who a visit is for. The same person booking again is the same patient.

Nobody is booked twice in the same minute without being asked, whatever the provider and the
service. The person is who `match_key` says. Whoever books holds the provider's lock first and then
that of the address, so two bookings of one person wait for one another.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.conf import settings
from django.db import connection
from django.db.models import Q

from appointments.models import Appointment, Consent, Patient, Status
from appointments.models.appointment_status import AppointmentQuerySet
from appointments.models.patients import PatientQuerySet
from appointments.scheduling.states import STATES
from core.database import database_time
from core.people import email_addresses, name_matching
from core.sms import consents


class BookedAlready(Exception):
    """The form was sent twice: what it asks for, `visits`, stands already."""

    def __init__(self, visits: list[Appointment]) -> None:
        super().__init__("booked already")
        self.visits = visits


class AtTheSameTime(Exception):
    """The person has these `visits` then, and nobody has said that they want both."""

    def __init__(self, visits: list[Appointment]) -> None:
        super().__init__("another visit at the same time")
        self.visits = visits


class RecordRestricted(Exception):
    """The record of this person is restricted: staff book nothing for them until that is lifted."""


class Person(Protocol):
    """What says who somebody is: typed into a form, or on a patient's row."""

    @property
    def first_name(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...


@dataclass(frozen=True)
class PatientDetails:
    """What the patient, or who books for them, typed and agreed to."""

    first_name: str
    last_name: str
    birth_date: date
    email: str
    phone: str
    contact: str
    zone: str
    booked_for: str = Appointment.BookedFor.SELF
    booked_by: str = ""
    consent_texts: Sequence[int] = ()
    page: str = ""
    agreed_at: datetime | None = None  # None: now
    language: str = settings.LANGUAGE_CODE  # in which they are written to
    agreed_in: str = settings.LANGUAGE_CODE  # in which the texts were shown
    by_text: bool = False  # they get texts at this number
    agrees_to_texts: bool = False  # and have said so just now

    def on_appointment(self, state: str) -> dict[str, Any]:
        """Return what stands on the visit itself, by field, for a visit in that state."""
        return {
            "email": self.email,
            "phone": self.phone,
            "contact": self.contact,
            "by_text": self.by_text,
            "zone": STATES[state].zone_for(self.zone),
            "booked_for": self.booked_for,
            "booked_by": self.booked_by,
            "language": self.language,
        }


class Reached(Protocol):
    """Whom mails or calls reach."""

    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...


def match_key(person: Person) -> str:
    """The same for the same e-mail, name and date of birth; without an e-mail for the same phone.

    Names that differ by case, apostrophes, hyphens, spaces or Unicode form only are the same.
    """
    name = name_matching.key(f"{person.first_name} {person.last_name}")
    reached = email_addresses.normalized(person.email) if person.email else f"tel:{person.phone}"
    parts = (reached, name, person.birth_date.isoformat())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def known_as(key: str) -> PatientQuerySet:
    """Return the record that a person of this `match_key` books for: it may have been merged."""
    return Patient.objects.kept().filter(Q(match_key=key) | Q(merged__match_key=key))


def alike(patient: Patient) -> PatientQuerySet:
    """Return other records that may be the same person's: two things of four are the same.

    The name, as it is searched for, or the birth date is one of the two: people of one family share
    an address and a phone.
    """
    name, birth = Q(search_name=patient.search_name), Q(birth_date=patient.birth_date)
    reached = Q(pk__in=())
    if patient.email:
        reached |= Q(email__iexact=patient.email)
    if patient.phone:
        reached |= Q(phone=patient.phone)
    found = Patient.objects.kept().exclude(pk=patient.pk)
    return found.filter(name & birth | (name | birth) & reached).order_by("pk")


def remember(person: PatientDetails) -> Patient:
    """The patient's row, new or known: one statement either way, so that nothing tells which.

    A known row keeps its phone number and its language: what was typed for one visit stands on that
    visit. Where it was merged into another, it is that one.
    """
    patient = Patient(
        first_name=person.first_name,
        last_name=person.last_name,
        birth_date=person.birth_date,
        email=person.email,
        phone=person.phone,
        language=person.language,
        match_key=match_key(person),
    )
    [patient] = Patient.objects.bulk_create(
        [patient],
        update_conflicts=True,
        unique_fields=["match_key"],
        update_fields=["match_key"],
    )
    return next(iter(Patient.objects.filter(merged=patient).order_by()), patient)


def require_unrestricted(person: Person) -> None:
    """Raise RecordRestricted where the person's record is. For what staff book.

    Whoever books online is told nothing of it: nobody may learn there whose records are kept.
    """
    if Patient.objects.restricted().filter(match_key=match_key(person)).exists():
        raise RecordRestricted


def record_consents(appointment: Appointment, details: PatientDetails, now: datetime) -> None:
    """Write down each text that was agreed to, and the one about texts where that was ticked."""
    address_hash = email_addresses.keyed_hash(details.email) if details.email else ""
    Consent.objects.bulk_create(
        Consent(
            text_id=text,
            appointment=appointment,
            given=details.agreed_at or now,
            page=details.page,
            language=details.agreed_in,
            address_hash=address_hash,
        )
        for text in details.consent_texts
    )
    record_text_consent(details, about=f"appointment:{appointment.pk}")


def record_text_consent(details: PatientDetails, *, about: str) -> None:
    """Write down that they agreed to texts, where they have said so just now."""
    if details.agrees_to_texts:
        language, page = details.agreed_in, details.page
        consents.give(details.phone, language=language, page=page, about=about)


def lock_address(person: Reached) -> None:
    """Let nobody else book for this address until the transaction ends. After the provider.

    Without an e-mail address it is the phone number.
    """
    reached = person.email or str(person.phone)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('upcoming:' || lower(%s)))", [reached]
        )


def of_person(person: Person) -> AppointmentQuerySet:
    """The visits that a person has: booked, here, or kept until the mailed link is used."""
    return _kept_of(known_as(match_key(person))).order_by("starts_at", "pk")


def _kept_of(whose: PatientQuerySet | Sequence[Patient]) -> AppointmentQuerySet:
    kept = Q(status__in=[Status.BOOKED, Status.CHECKED_IN]) | Q(
        status=Status.HELD, held_until__gt=database_time.now()
    )
    return Appointment.objects.filter(kept, patient__in=whose)


def overlapping(
    whose: PatientQuerySet | Sequence[Patient],
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: Collection[int] = (),
) -> AppointmentQuerySet:
    """Return their visits that share a minute with [starts_at, ends_at), without `but`.

    Buffers do not count: they are the provider's.
    """
    found = _kept_of(whose).filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    return found.exclude(pk__in=but).order_by("starts_at", "pk")


def at_that_time(
    person: Person,
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: Collection[int] = (),
) -> list[Appointment]:
    """Return a person's, to be shown: each with its provider, service and patient."""
    found = overlapping(known_as(match_key(person)), starts_at, ends_at, but=but)
    return list(found.select_related("provider", "service", "patient"))


def require_no_other(
    person: Person,
    starts_at: datetime,
    ends_at: datetime,
    *,
    but: Collection[int] = (),
) -> None:
    """Raise AtTheSameTime where the person has a visit then that is not in `but`."""
    others = at_that_time(person, starts_at, ends_at, but=but)
    if others:
        raise AtTheSameTime(others)
