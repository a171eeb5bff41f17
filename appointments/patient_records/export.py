"""All that the clinic holds about one patient, to be handed to them or to whoever they name.

Without keys: a link to a visit opens it for whoever finds the file. So links in the text of e-mails
are left out, and so are files that came with them. What other programs were told holds no more
than the history of a visit. The newsletter and comments are never joined to patients.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from appointments.models import (
    Appointment,
    Consent,
    ConsentText,
    Patient,
    PatientNote,
    PrivacyRequest,
    RecordMerge,
    WaitlistEntry,
)
from appointments.patient_records import exported_messages
from appointments.patient_records.kept_by_apps import kept_on_records, kept_on_visits
from core.database import database_time
from core.exported_values import Record, iso
from core.languages.speaking import name_of
from core.practice.models import Practice


def collect(patient: Patient, *, by: str, stands_for: int | None = None) -> Record:
    """Return it as plain values, times in UTC. `by` is who exports it.

    `stands_for` is the key of the user who takes it as a parent or guardian, and not the patient.
    """
    visits = Appointment.objects.filter(patient=patient).select_related(
        "provider", "service", "status_reason"
    )
    consents = Consent.objects.filter(appointment__in=visits.order_by().values("pk"))
    return {
        "exported": {
            "by": by,
            "at": iso(database_time.now()),
            "clinic": Practice.current().name,
            "times": "UTC",
        },
        "record": _record(patient),
        "other spellings that were merged into it": [
            _record(other) for other in patient.merged.order_by("pk")
        ],
        "visits": _visits(visits.order_by("starts_at", "pk"), consents),
        "texts that were agreed to": _texts(consents),
        "notes of the staff": [_note(note) for note in patient.notes.order_by("pk")],
        "waitlist": [_place(place) for place in _places(patient)],
        **exported_messages.collect(patient, visits),
        "merges": [_merge(merge) for merge in patient.merges.order_by("pk")],
        "asked for in privacy": [_request(each) for each in patient.requests.order_by("pk")],
        **kept_on_records.collect(
            list(Patient.objects.whole_record(patient).values_list("pk", flat=True)), stands_for
        ),
        **kept_on_visits.collect(list(visits.order_by().values_list("pk", flat=True))),
    }


def as_json(record: Record) -> str:
    """Return it as JSON, indented."""
    return json.dumps(record, indent=2, ensure_ascii=False)


def _record(patient: Patient) -> Record:
    return {
        "number": patient.pk,
        "first name": patient.first_name,
        "last name": patient.last_name,
        "date of birth": patient.birth_date.isoformat(),
        "e-mail": patient.email,
        "phone": str(patient.phone),
        "language": name_of(patient.language),
        "first seen": iso(patient.created),
        "restricted": iso(patient.restricted_at),
    }


def _visits(visits: QuerySet[Appointment], consents: QuerySet[Consent]) -> list[Record]:
    """Four queries for any number of them."""
    rows = list(visits)
    pks = [visit.pk for visit in rows]
    agreed = _by(consents.select_related("text").order_by("pk"), "appointment_id")
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    changes = events.filter(pgh_obj_id__in=pks).select_related("provider").order_by("pgh_id")
    history = _by(changes, "pgh_obj_id")
    return [_visit(visit, agreed[visit.pk], history[visit.pk]) for visit in rows]


def _visit(visit: Appointment, agreed: list[Consent], changes: list[Any]) -> Record:
    return {
        "id": str(visit.uid),
        "starts": iso(visit.starts_at),
        "ends": iso(visit.ends_at),
        "status": visit.get_status_display(),
        "service": visit.service.name,
        "provider": visit.provider.name,
        "state": visit.place.name,
        "time zone": visit.zone,
        "language": name_of(visit.language),
        "price in cents": visit.price_cents,
        "e-mail": visit.email,
        "e-mail address confirmed": visit.proved,
        "phone": str(visit.phone),
        "how to reach": visit.get_contact_display(),
        "text messages": visit.by_text,
        "booked for": visit.get_booked_for_display(),
        "booked by": visit.booked_by,
        "booked by staff": visit.made_by_staff,
        "why outside the rules": visit.staff_reason,
        "why cancelled or missed": str(visit.status_reason or ""),
        "what was said to that": visit.cancel_reason,
        "time chosen": iso(visit.created),
        "changes": visit.sequence,
        "agreed to": [
            {
                "text": str(consent.text),
                "at": iso(consent.given),
                "page": consent.page,
                "language": name_of(consent.language),
            }
            for consent in agreed
        ],
        "history": [
            {
                "at": iso(change.pgh_created_at),
                "by": change.changed_by,
                "status": change.status,
                "starts": iso(change.starts_at),
                "provider": change.provider.name if change.provider else "",
            }
            for change in changes
        ],
    }


def _texts(consents: QuerySet[Consent]) -> list[Record]:
    """Each text once, in full: a visit names it."""
    texts = ConsentText.objects.filter(pk__in=consents.order_by().values("text"))
    return [
        {"text": str(text), "words": text.text, "words in other languages": text.i18n or {}}
        for text in texts.order_by("kind", "version")
    ]


def _note(note: PatientNote) -> Record:
    return {
        "at": iso(note.written_at),
        "by": note.written_by,
        "text": note.text,
        "struck out": iso(note.struck_at),
        "struck out by": note.struck_by,
    }


def _places(patient: Patient) -> QuerySet[WaitlistEntry]:
    places = WaitlistEntry.objects.of_patient(patient).select_related("service", "provider")
    return places.prefetch_related("offers").order_by("pk")


def _place(place: WaitlistEntry) -> Record:
    return {
        "joined": iso(place.created),
        "status": place.get_status_display(),
        "closed": iso(place.closed),
        "service": place.service.name,
        "provider": place.provider.name if place.provider else "",
        "state": place.place.name,
        "weekdays": place.weekday_words,
        "times of day": place.part_words,
        "first name": place.first_name,
        "last name": place.last_name,
        "date of birth": place.birth_date.isoformat(),
        "e-mail": place.email,
        "phone": str(place.phone),
        "language": name_of(place.language),
        "how to reach": place.get_contact_display(),
        "text messages": place.by_text,
        "booked for": place.get_booked_for_display(),
        "booked by": place.booked_by,
        "agreed": iso(place.agreed_at),
        "offers": [
            {
                "at": iso(offer.created),
                "starts": iso(offer.starts_at),
                "status": offer.get_status_display(),
            }
            for offer in place.offers.all()
        ],
    }


def _merge(merge: RecordMerge) -> Record:
    return {
        "at": iso(merge.merged_at),
        "by": merge.merged_by,
        "number of the other record": merge.gone_id,
        "visits that came over": len(merge.visits),
        "taken back": iso(merge.undone_at),
        "taken back by": merge.undone_by,
    }


def _request(request: PrivacyRequest) -> Record:
    return {
        "what": request.get_kind_display(),
        "status": request.get_status_display(),
        "why": request.reason,
        "asked by": request.asked_by,
        "asked": iso(request.asked_at),
        "decided by": request.decided_by,
        "decided": iso(request.decided_at),
    }


def _by(rows: Iterable[Any], name: str) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
