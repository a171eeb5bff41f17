"""What holding a time and booking it say to the database, written out.

They stand on the way of every booking: one round trip each, and the ORM takes longer to say them
than the database to run them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.db import connection

from appointments.booking import patients
from appointments.booking.pressure import TAKEN_OF_LATE, Pressure
from appointments.booking.rules import SYSTEM
from appointments.models import Appointment, ClinicRules, Patient, Status
from appointments.scheduling import availability
from core.people import email_addresses

# Holds that have run out are settled under the lock, and who takes a time gives up another.
LOCK_TO_HOLD = """
    SELECT 1 FROM appointments_provider WHERE id = %(provider)s FOR NO KEY UPDATE;
    UPDATE appointments_appointment SET status = 'released'
    WHERE visitor = %(visitor)s AND status = 'held' AND patient_id IS NULL;
    UPDATE appointments_appointment SET status = 'expired', changed_by = %(by)s
    WHERE provider_id = %(provider)s AND status = 'held' AND held_until <= %(now)s;
    SELECT count(*) FROM appointments_appointment
    WHERE provider_id = %(provider)s AND status = 'held' AND NOT proved
        AND starts_at BETWEEN %(at)s - interval '1 day' AND %(at)s + interval '1 day'
"""
# Each statement sees what those before it waited for: the provider's row, and the address, so that
# two bookings of one address count one another.
LOCK = f"""
    SELECT 1 FROM appointments_provider WHERE id = %(provider)s FOR NO KEY UPDATE;
    SELECT pg_advisory_xact_lock(hashtext('upcoming:' || lower(%(email)s)));
    SELECT active,
        (SELECT max(expires) FROM appointments_license
         WHERE provider_id = provider.id AND state = %(state)s),
        (SELECT count(*) FROM appointments_appointment
         WHERE lower(email) = lower(%(email)s) AND status = 'booked' AND starts_at > now()
         AND email <> ''),
        (SELECT count(*) FROM appointments_appointment
         WHERE lower(email) = lower(%(email)s) AND status = 'held' AND held_until > %(now)s
         AND email <> ''),
        (SELECT count(*) FROM appointments_appointment
         WHERE lower(email) = lower(%(email)s) AND visitor = %(visitor)s
         AND status IN ('booked', 'held', 'expired') AND starts_at > now() AND email <> ''),
        (SELECT most_upcoming FROM appointments_clinicrules),
        taken.*
    FROM appointments_provider AS provider, ({TAKEN_OF_LATE}) AS taken WHERE id = %(provider)s
"""  # noqa: S608  (our own statement, its values apart)
# A known patient is locked and kept as they are, in the same statement as a new one is written in:
# nothing tells which. Of a record that was merged into another it is that one.
TAKE_OVER = """
    WITH known AS (
        INSERT INTO appointments_patient
            (first_name, last_name, birth_date, email, phone, match_key, created)
        VALUES (%(first_name)s, %(last_name)s, %(birth_date)s, %(email)s, %(phone)s,
                %(match_key)s, %(now)s)
        ON CONFLICT (match_key) DO UPDATE SET match_key = excluded.match_key
        RETURNING coalesce(merged_into_id, id) AS id
    ), taken AS (
        UPDATE appointments_appointment AS hold
        SET patient_id = known.id, status = %(status)s, held_until = %(held_until)s,
            email = %(email)s, phone = %(phone)s, contact = %(contact)s, zone = %(zone)s,
            booked_for = %(booked_for)s, booked_by = %(booked_by)s,
            proved = %(proved)s, told_to_confirm = %(told_to_confirm)s
        FROM known
        WHERE hold.id = %(hold)s AND hold.status = %(was)s AND hold.patient_id IS NULL
        RETURNING hold.id, hold.patient_id
    ), agreed AS (
        INSERT INTO appointments_consent (text_id, appointment_id, given, page, address_hash)
        SELECT text, taken.id, %(given)s, %(page)s, %(address_hash)s
        FROM taken, unnest(%(texts)s::bigint[]) AS text
    )
    SELECT patient_id FROM taken
"""


class Agreeing(patients.Person, Protocol):
    """Who a visit is for, with the texts they agreed to, on which page and when."""

    @property
    def consent_texts(self) -> Sequence[int]: ...
    @property
    def page(self) -> str: ...
    @property
    def agreed_at(self) -> datetime | None: ...


class Locked(NamedTuple):
    """What is so while the lock is held.

    is_licensed: whether the provider may treat in that state then (DESIGN invariant 2).
    is_over_limit: whether the address has as many upcoming visits as the clinic allows.
    waiting: how many times wait for the link that was mailed to the address.
    knows_of_many: whether this very browser has booked that many for it, whatever became of them:
    it may be told so, since it is told the same of an address that nobody else has booked with.
    """

    is_licensed: bool
    is_over_limit: bool
    waiting: int
    knows_of_many: bool
    pressure: Pressure


def lock_to_hold(provider: int, visitor: str, starts_at: datetime, now: datetime) -> int:
    """Lock the provider until the transaction ends, and free what this visitor held elsewhere.

    How many of the provider's times around `starts_at` are held without proof.
    """
    asked: dict[str, Any] = {"provider": provider, "visitor": visitor, "now": now, "by": SYSTEM}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_TO_HOLD, asked | {"at": starts_at})
        [held] = cursor.fetchone()
    return held


def lock_to_book(hold: Appointment, email: str, now: datetime) -> Locked:
    """Lock the provider of `hold` and the address until the transaction ends."""
    asked: dict[str, Any] = {
        "provider": hold.provider_id,
        "email": email,
        "state": hold.state,
        "visitor": hold.visitor,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK, asked)
        active, expires, upcoming, waiting, own, most, *taken = cursor.fetchone()
    ends = active and expires and availability.license_end(expires, hold.state)
    allowed = ClinicRules().most_upcoming if most is None else most
    return Locked(
        is_licensed=bool(ends and hold.starts_at.timestamp() < ends),
        is_over_limit=upcoming >= allowed,
        waiting=waiting,
        knows_of_many=own >= allowed,
        pressure=Pressure(*taken),
    )


def take_over(
    hold: Appointment,
    was: Status,
    given: Mapping[str, Any],
    person: Agreeing,
    now: datetime,
) -> bool:
    """Make the hold the visit of `person`, with `given` fields, and keep what they agreed to.

    Sets the same on `hold`. False, and nothing but a known patient, when it is not `was` any more.
    """
    values: dict[str, Any] = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "birth_date": person.birth_date,
        "match_key": patients.match_key(person),
        "now": now,
        "hold": hold.pk,
        "was": was.value,
        "texts": list(person.consent_texts),
        "page": person.page,
        "given": person.agreed_at or now,
        "address_hash": email_addresses.keyed_hash(person.email),
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OVER, values | dict(given))
        row = cursor.fetchone()
    if row is None:
        return False
    for field, value in given.items():
        setattr(hold, field, value)
    named = {"first_name": person.first_name, "last_name": person.last_name}
    hold.patient = Patient(
        pk=row[0], **named, birth_date=person.birth_date, email=person.email, phone=person.phone
    )
    return True
