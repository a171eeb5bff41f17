"""What the page of one visit shows beside its facts: consents, e-mails, and who changed what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments import emails
from appointments.admin import practice_time
from appointments.booking.rules import PATIENT, SYSTEM
from appointments.models import Appointment, Consent, Status
from core.mail.models import OutgoingEmail

WHO = {PATIENT: gettext_lazy("Patient"), SYSTEM: gettext_lazy("The site itself")}
MAILS = {
    "appointment_booked": gettext_lazy("Confirmation"),
    "appointment_series": gettext_lazy("Confirmation of a series"),
    "appointment_confirm": gettext_lazy("Please confirm"),
    "appointment_moved": gettext_lazy("New time"),
    "appointment_cancelled": gettext_lazy("Cancellation"),
    "appointment_cancelled_by_us": gettext_lazy("Cancellation"),
    "appointment_missed": gettext_lazy("Missed visit"),
    "appointment_reminder": gettext_lazy("Reminder"),
}


@dataclass(frozen=True)
class Change:
    when: str
    who: str
    what: list[str]


def changes(appointment: Appointment, zone: str) -> list[Change]:
    """The history of the visit, oldest first, in the words and on the clock of the practice.

    The first row is the choice of a time; what it held then, the first recorded change replaced.
    """
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    events = events.filter(pgh_obj_id=appointment.pk).select_related("provider")
    events = list(events.order_by("pgh_id"))
    chosen_by = events[0].changed_by if appointment.made_by_staff and events else PATIENT
    lines = [
        Change(practice_time.moment(appointment.created, zone), who(chosen_by), [_("Time chosen")])
    ]
    before = None
    for event in events:
        what = list(_differences(before, event, zone))
        lines.append(
            Change(practice_time.moment(event.pgh_created_at, zone), who(event.changed_by), what)
        )
        before = event
    return lines


def _differences(before, after, zone: str) -> Iterator[str]:
    was = before.status if before else Status.HELD
    if was != after.status:
        yield _arrow(Status(was).label, Status(after.status).label)
    if before and before.starts_at != after.starts_at:
        yield _arrow(
            practice_time.moment(before.starts_at, zone),
            practice_time.moment(after.starts_at, zone),
        )
    if before and before.provider_id != after.provider_id:
        yield _arrow(before.provider, after.provider)
    if after.sequence == (before.sequence if before else 0) + 2:
        yield _("E-mail address corrected")


def _arrow(was: object, became: object) -> str:
    return _("%(was)s → %(became)s") % {"was": was, "became": became}


def who(changed_by: str) -> str:
    """As people read it: "Patient", "Robin Example"."""
    return str(WHO.get(changed_by) or changed_by.removeprefix("staff: "))


def consents(appointment: Appointment, zone: str) -> list[tuple[Consent, str]]:
    """What was agreed to, each with when."""
    given = appointment.consents.select_related("text").order_by("text__kind")
    return [(consent, practice_time.moment(consent.given, zone)) for consent in given]


@dataclass(frozen=True)
class Mail:
    email: OutgoingEmail
    kind: str
    when: str
    why: str


def mails(appointment: Appointment, zone: str) -> list[Mail]:
    """The e-mails about this visit, newest first."""
    found = OutgoingEmail.objects.about(emails.about(appointment)).order_by("-pk")
    return [
        Mail(email, kind(email), practice_time.moment(_last(email), zone), email.last_error)
        for email in found.defer("text", "html", "attachments")
    ]


def kind(email: OutgoingEmail) -> str:
    return str(MAILS.get(email.template) or email.template)


def _last(email: OutgoingEmail) -> datetime:
    return email.sent_at or email.created_at


def resendable(mails: Iterable[Mail]) -> OutgoingEmail | None:
    """The newest e-mail, if it failed and may be sent again."""
    newest = next(iter(mails), None)
    if newest is None:
        return None
    again = OutgoingEmail.objects.resendable().filter(pk=newest.email.pk)
    return newest.email if again.exists() else None
