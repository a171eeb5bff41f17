"""The workflow of what patients read after a visit: a draft, then shared, with a mail that says so.

What was shared stands as it was until it is shared again; a draft is seen by nobody.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from appointments import contact_preferences, links
from appointments.emails import visit_outbox
from appointments.models import Appointment
from core.database import database_time
from core.languages.speaking import speaking
from core.mail import outbox
from core.practice.models import Practice
from core.staff.models import User
from core.validation.control_characters import without_controls
from visits import concurrent_saves
from visits.models.notes import VisitSummary

LONGEST = 4000
TEXTS = ("agreed", "medicine", "warning_signs")
FIELDS = (*TEXTS, "naloxone")


class Empty(Exception):
    """Nothing is written that a patient could read."""


def find(appointment: Appointment) -> VisitSummary | None:
    """Return the summary of this visit; None where nobody has begun one."""
    return VisitSummary.objects.filter(appointment=appointment).first()


def readable_until(appointment: Appointment) -> datetime:
    """Return until when the patient can read what was shared, as the clinic has set it."""
    return appointment.ends_at + timedelta(days=Practice.current().after_visit_days)


def shared_with(appointment: Appointment) -> dict[str, str] | None:
    """Return what the patient can read now; None where nothing is shared, or its time is over."""
    if database_time.now() >= readable_until(appointment):
        return None
    summary = find(appointment)
    return summary.shared if summary else None


def typed(sent: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a summary as they were typed, and nothing else."""
    return {name: without_controls(str(sent.get(name, "")))[:LONGEST] for name in FIELDS}


@transaction.atomic
def save(
    appointment: Appointment, content: dict[str, str], *, saves: int, by: User
) -> VisitSummary:
    """Keep what was typed so far. `saves` is the number that the page was last told.

    Raises SavedElsewhere.
    """
    summary = concurrent_saves.lock(VisitSummary, appointment, by)
    if summary.draft == content or (not summary.pk and not any(content.values())):
        return summary
    concurrent_saves.count(summary, saves=saves, by=by)
    summary.draft = content
    summary.save()
    return summary


@transaction.atomic
def share(
    appointment: Appointment, content: dict[str, str], *, saves: int, by: User
) -> VisitSummary:
    """Let the patient read it, and mail them that there is something new.

    Sharing the same twice mails once. Raises SavedElsewhere and Empty.
    """
    summary = save(appointment, content, saves=saves, by=by)
    if not any(content[name].strip() for name in TEXTS):
        raise Empty
    if summary.shared == content:
        return summary
    summary.shared, summary.times_shared = content, summary.times_shared + 1
    summary.shared_at = database_time.now()
    summary.save()
    _tell(appointment, summary)
    return summary


def _tell(appointment: Appointment, summary: VisitSummary) -> None:
    """One mail for each time it is shared; it names nothing of what is new."""
    chosen = contact_preferences.of(appointment.patient_id)
    if not (appointment.email and chosen.by_mail):
        return
    language = chosen.language or appointment.language
    with speaking(language):
        link = links.absolute(appointment)
    outbox.enqueue(
        "visit_summary",
        key=f"visit-summary:{appointment.pk}:{summary.times_shared}",
        to=appointment.email,
        about=visit_outbox.about(appointment),
        unsent=bool(appointment.patient and appointment.patient.is_restricted),
        language=language,
        name=appointment.greeting_name,
        link=link,
    )
