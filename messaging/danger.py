"""Words of danger in what a patient writes: the card that they read first, and the red task."""

import re
from datetime import timedelta

from django.db import transaction
from django.urls import reverse

from appointments.models import Patient
from articles.search import crisis_terms
from articles.search.crisis_terms import Crisis
from core.database import database_time
from core.languages.speaking import of_now
from core.mail import outbox
from core.signed_links import absolute_url
from messaging import staff_rights
from messaging.models import DangerAlert, Thread

# What people write to a clinic every day, and type into a search only in need.
_USUAL = re.compile(
    r"\b(?:help me (?=\w)|(?:in )?emergency (?:contact|number|phone|card)s?"
    r"|ayud(?:ar|e|en|a|an)me (?=\w)|me (?:puede|podria|podría|pueden)n? ayudar"
    r"|contactos? de emergencia|n[uú]mero de emergencia)",
    re.IGNORECASE,
)
USEFUL_FOR = timedelta(hours=12)


class AlreadyHandled(Exception):
    """Somebody has looked after this alert."""


def detect(text: str) -> Crisis | None:
    """Return what kind of danger the words tell of; None where they tell of none."""
    return crisis_terms.detect_crisis_in_message(_USUAL.sub(" ", text))


def language_of(text: str) -> str:
    """Return the language in which to say whom to call; empty where the words tell no danger."""
    crisis = detect(text)
    return (crisis.language or of_now()) if crisis else ""


@transaction.atomic
def raise_alert(patient: Patient, thread: Thread | None) -> DangerAlert:
    """Make it a task that somebody speaks with the patient now, and tell the staff that there is.

    One task for a patient at a time, however often they write meanwhile; it leads to the thread
    once there is one.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    alert = DangerAlert.objects.open().filter(patient=patient).first()
    if alert is None:
        now = database_time.now()
        alert = DangerAlert.objects.create(patient=patient, thread=thread, raised_at=now)
        _tell_staff(alert)
    elif thread is not None and alert.thread_id != thread.pk:
        alert.thread = thread
        alert.save(update_fields=["thread"])
    return alert


def handle(pk: int, *, by: str) -> None:
    """Note that somebody has looked after it. Raises AlreadyHandled where it is not open."""
    now = database_time.now()
    if not DangerAlert.objects.open().filter(pk=pk).update(handled_at=now, handled_by=by[:80]):
        raise AlreadyHandled


def _tell_staff(alert: DangerAlert) -> None:
    """Whoever looks after alerts hears that one is there, and nothing of whom or what."""
    for email in staff_rights.who_look_after_alerts():
        outbox.enqueue(
            "provider_look_now",
            key=f"message-alert:{alert.pk}:{email}",
            to=email,
            about=f"message-alert:{alert.pk}",
            not_after=alert.raised_at + USEFUL_FOR,
            link=absolute_url(reverse("admin:to_do")),
        )
