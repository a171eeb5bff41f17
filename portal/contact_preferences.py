"""The workflow of how patients are reached: chosen once, and held by whatever writes or calls.

Mails ask `appointments.contact_preferences`. How to call stands on visits and places in line, where
staff read it: it is written to those that are ahead, and to those that are booked later.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q

from appointments import contact_preferences
from appointments.booking import spoken_language, visit_events
from appointments.contact_preferences import Preferences
from appointments.models import Appointment, Patient, WaitlistEntry
from appointments.models.patients import PatientQuerySet
from appointments.patient_records.kept_by_apps import KeptPart, kept_on_records
from core.database import database_time
from core.languages.speaking import name_of, of_now
from core.sms import consents
from core.webhooks.models import EventType
from portal.models import ContactPreferences

Contact = Appointment.Contact
PAGE = "portal:preferences"  # where texts are agreed to


class NoWayLeft(Exception):
    """Neither mail nor a call: then nobody could be told when a visit changes."""


@transaction.atomic
def choose(
    patient: Patient, *, by_mail: bool, contact: str, language: str, by_text: bool | None = None
) -> ContactPreferences:
    """Keep it, and let all hold to it that is ahead. Raises NoWayLeft.

    `by_text`: they have ticked the words about texts to the record's number, or taken that back;
    None where they were not asked.
    """
    if not by_mail and contact == Contact.EMAIL:
        raise NoWayLeft
    chosen, _is_new = ContactPreferences.objects.update_or_create(
        patient=patient,
        defaults={
            "by_mail": by_mail,
            "contact": contact,
            "language": language,
            **({} if by_text is None else {"by_text": by_text}),
            "chosen_at": database_time.now(),
        },
    )
    ahead = Appointment.objects.filter(patient=patient, ends_at__gt=database_time.now())
    ahead.update(contact=contact)
    places = WaitlistEntry.objects.of_patient(patient)
    places.update(contact=contact)
    spoken_language.choose(patient, language)
    if by_text is not None:
        _agree_to_texts(patient, by_text, language)
        for rows in (ahead, places):
            rows.filter(phone=patient.phone).update(by_text=by_text)
    return chosen


def _agree_to_texts(patient: Patient, by_text: bool, language: str) -> None:
    """Write down the yes or no of the record's number, where it is news."""
    about = f"patient:{patient.pk}"
    if not by_text:
        consents.withdraw(patient.phone, language=language, page=PAGE, about=about)
    elif not consents.in_force(patient.phone):
        consents.give(patient.phone, language=of_now(), page=PAGE, about=about)


def gets_texts(patient: Patient) -> bool:
    """Return whether they have chosen texts, and the phone has not said STOP since."""
    chosen = ContactPreferences.objects.filter(patient=patient, by_text=True).exists()
    return chosen and consents.in_force(patient.phone)


def of(patient: Patient) -> ContactPreferences:
    """Return what holds for a patient: what was chosen, else what they last booked with."""
    found = ContactPreferences.objects.filter(patient=patient).first()
    if found is not None:
        return found
    last = Appointment.objects.filter(patient=patient).exclude(contact="").order_by("-pk").first()
    contact = last.contact if last else Contact.CALL
    return ContactPreferences(
        patient=patient, by_mail=bool(patient.email), contact=contact, language=patient.language
    )


def read(whose: PatientQuerySet) -> Preferences | None:
    """Return what was chosen for the record that a query finds; None where nothing was."""
    found = whose.order_by()
    own = Q(patient__in=found) | Q(patient__merged_into__in=found)
    rows = ContactPreferences.objects.filter(own).order_by("-chosen_at")
    row = rows.values_list("by_mail", "language").first()
    return Preferences(*row) if row else None


def hold(sender: Any, *, appointment: Appointment, event: str, **kwargs: Any) -> None:
    """Let a visit that was booked hold to what its patient chose, whoever booked it."""
    if event != EventType.CREATED:
        return
    chosen = ContactPreferences.objects.filter(patient=appointment.patient_id or 0).first()
    if chosen is None:
        return
    held: dict[str, Any] = {"contact": chosen.contact, "language": chosen.language}
    if chosen.by_text and appointment.patient and appointment.phone == appointment.patient.phone:
        held["by_text"] = True
    Appointment.objects.filter(pk=appointment.pk).update(**held)
    for field, value in held.items():
        setattr(appointment, field, value)


def register() -> None:
    """Let whatever writes to patients, exports and erasures know of it."""
    contact_preferences.register(read)
    visit_events.changed.connect(hold, dispatch_uid="portal.contact_preferences")
    kept_on_records.register(KeptPart("contact preferences", collect=collect, forget=forget))


def collect(records: Collection[int]) -> list[dict[str, Any]]:
    """Return what was chosen for these records, for an export."""
    rows = ContactPreferences.objects.filter(patient__in=records).order_by("pk")
    return [
        {
            "e-mails": row.by_mail,
            "texts": row.by_text,
            "how to reach": row.get_contact_display(),
            "language": name_of(row.language),
            "chosen": row.chosen_at.isoformat(timespec="seconds"),
        }
        for row in rows
    ]


def forget(records: Collection[int]) -> None:
    """Delete it."""
    ContactPreferences.objects.filter(patient__in=records).delete()
