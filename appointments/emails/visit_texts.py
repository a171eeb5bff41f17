"""The texts about a visit: beside its mails, to who agreed to texts at its number.

Neutral words, a day and a time on the patient's clock, one short link. Each is written in the
transaction of the change that causes it, and waits for the patient's morning. Who said STOP, or has
a landline, gets none: `core.sms.outbox` sees to that.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import pgettext

from appointments import contact_preferences, links
from appointments.models import Appointment
from appointments.scheduling import time_zones
from core.languages.speaking import speaking
from core.sms import outbox

# Two changes in a row are one text.
SETTLES_IN = timedelta(minutes=2)


def booked(appointment: Appointment, *, about: str) -> None:
    """The time, and how texts end: the first that somebody gets who has just agreed."""
    _write("appointment_booked", appointment, f"text-booked:{appointment.pk}", about=about)


def moved(appointment: Appointment, *, about: str) -> None:
    """In the place of what waits with the former time."""
    key = f"text-moved:{appointment.pk}:{appointment.sequence}"
    _change("appointment_moved", appointment, key, about=about)


def cancelled_by_us(appointment: Appointment, *, about: str) -> None:
    """Only where we cancel: who does it themselves knows."""
    _change("appointment_cancelled", appointment, f"text-cancelled:{appointment.pk}", about=about)


def reminder(appointment: Appointment, hours: int, *, about: str, not_after: datetime) -> None:
    """Of the visit as it stands, beside the mail."""
    key = f"text-reminder-{hours}h:{appointment.pk}:{appointment.sequence}"
    _write("appointment_reminder", appointment, key, about=about, not_after=not_after)


def about_ready(visit: int) -> str:
    """What groups texts that call a patient in: being checked in does not overtake them."""
    return f"visit-ready:{visit}"


def ready(appointment: Appointment, *, wait: timedelta = timedelta(0)) -> None:
    """Their provider waits for them: once for each time of the visit, at any hour."""
    key = f"text-ready:{appointment.pk}:{appointment.sequence}"
    if not appointment.by_text or outbox.was_written(key):
        return
    _write(
        "appointment_ready",
        appointment,
        key,
        about=about_ready(appointment.pk),
        wait=wait,
        not_after=appointment.ends_at,
        quiet_hours=False,
    )


def moment_words(starts: datetime, zone: str, language: str) -> dict[str, Any]:
    """Return what a text says of a time on somebody's clock, in their language, and shortly."""
    with speaking(language):
        day = date_format(starts, pgettext("day in a text", "D, M j"), use_l10n=False)
        return {"starts": starts, "day": day, "zone_words": time_zones.words(zone)}


def came(appointment: Appointment) -> None:
    """They are there: what would call them in goes out no more."""
    outbox.drop(about=about_ready(appointment.pk))


def _change(template: str, appointment: Appointment, key: str, *, about: str) -> None:
    outbox.drop(about=about)
    _write(template, appointment, key, about=about, overtakes=True, wait=SETTLES_IN)


def _write(
    template: str, appointment: Appointment, key: str, *, about: str, **options: Any
) -> None:
    patient = appointment.patient
    if not appointment.by_text or patient is None or patient.is_restricted:
        return
    chosen = contact_preferences.of(patient.pk)
    language = chosen.language or appointment.language
    outbox.enqueue(
        template,
        key=key,
        to=appointment.phone,
        about=about,
        language=language,
        zone=appointment.zone,
        not_after=options.pop("not_after", appointment.starts_at),
        **moment_words(appointment.local_start, appointment.zone, language),
        # Called when the text is rendered: none is made for one that nobody may get.
        link=partial(links.for_text, appointment),
        **options,
    )
