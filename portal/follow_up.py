"""The next visit, booked from the last one in two taps: the same person, place and provider.

Nothing is typed. Who comes, how they are reached and what they agreed to is as it was at the last
visit; a text that has changed since is asked about anew.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from appointments.booking import hold_owner, holds, patients, visits
from appointments.booking.patients import AtTheSameTime, PatientDetails
from appointments.booking.rules import BookingRests, TooYoung
from appointments.models import Appointment, Consent, ConsentText, Patient, Provider, Service
from core.languages.speaking import of_now
from portal.account_links import AccountVisitLink
from portal.models import PatientAccount

PAGE = "portal:follow_up"  # where texts are agreed to anew


class Agreed(NamedTuple):
    """The newest version of each text, and when and where a patient agreed to all of them."""

    texts: Sequence[ConsentText]
    given: Consent | None  # None: not to all

    @property
    def asks(self) -> Sequence[ConsentText]:
        """Return what has to be asked."""
        return () if self.given else self.texts


def agreed(patient: Patient, *, email: str) -> Agreed:
    """Return what the patient agreed to. Who has no e-mail address agrees to nothing about it."""
    kinds = ConsentText.current()
    texts = [text for text in kinds if email or text.kind != ConsentText.Kind.EMAIL]
    rows = Consent.objects.filter(appointment__patient=patient, text__in=[t.pk for t in texts])
    given = list(rows.order_by("text_id", "-given").distinct("text_id"))
    is_whole = texts and len(given) == len(texts)
    return Agreed(texts, min(given, key=lambda each: each.given) if is_whole else None)


def service_after(visit: Appointment) -> Service | None:
    """Return what follows this visit with its provider: the same, if that is for who comes again.

    None where the provider has nothing of the kind.
    """
    kinds = Service.objects.filter(active=True, providers=visit.provider_id, providers__active=True)
    again = list(kinds.exclude(audience=Service.Audience.NEW))
    for_returning = [each for each in again if each.audience == Service.Audience.RETURNING]
    same = [each for each in again if each.pk == visit.service_id]
    return next(iter((*same, *for_returning, *again)), None)


def book(
    link: AccountVisitLink, service: Service, provider: Provider | None, starts_at: datetime
) -> Appointment:
    """Book it after the visit of `link`, whose texts are all agreed to now or were before.

    Raises what `holds.take_hold` and `visits.book` do, and AtTheSameTime.
    """
    after = link.appointment
    details = details_after(after)
    same_time = patients.at_that_time(details, starts_at, starts_at + service.length)
    for visit in same_time:
        if (visit.starts_at, visit.service_id) == (starts_at, service.pk):
            return visit  # two taps: the first has booked it
    if same_time:
        raise AtTheSameTime(same_time)
    hold = holds.take_hold(
        service=service,
        state=after.state,
        starts_at=starts_at,
        visitor=visitor(link.account),
        zone=after.zone,
        provider=provider,
        proved=True,
    )
    try:
        return visits.book(hold=hold, details=details, proved=link.proves_address)
    except (TooYoung, BookingRests):
        holds.release(hold)
        raise


def visitor(account: PatientAccount) -> str:
    """Return what stands on the holds of an account: it has one at a time, in all browsers."""
    return hold_owner.stored(f"account {account.pk}")


def details_after(visit: Appointment) -> PatientDetails:
    """Return who comes, by the record of the visit's patient, and how that visit reached them."""
    patient = visit.patient
    if patient is None:
        raise ValueError("A hold has nobody who comes again")
    found = agreed(patient, email=patient.email)
    before = found.given
    return PatientDetails(
        first_name=patient.first_name,
        last_name=patient.last_name,
        birth_date=patient.birth_date,
        email=patient.email,
        phone=str(patient.phone or visit.phone),
        contact=visit.contact,
        zone=visit.zone,
        booked_for=visit.booked_for,
        booked_by=visit.booked_by,
        consent_texts=[text.pk for text in found.texts],
        page=before.page if before else PAGE,
        agreed_at=before.given if before else None,
        language=of_now(),
        by_text=visit.by_text,
        agreed_in=before.language if before else of_now(),
    )
