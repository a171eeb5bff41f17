"""What the page of one visit shows beside its facts: buttons, consents, e-mails and history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.admin import practice_time, workflow_actions
from appointments.booking.rules import PATIENT, SYSTEM
from appointments.emails import visit_emails
from appointments.models import Appointment, Consent, Status
from appointments.scheduling import time_zones
from core.mail.models import OutgoingEmail

WHO = {PATIENT: gettext_lazy("Patient"), SYSTEM: gettext_lazy("The site itself")}
KINDS = {
    "appointment_booked": gettext_lazy("Confirmation"),
    "appointment_series": gettext_lazy("Confirmation of a series"),
    "appointment_confirm": gettext_lazy("Please confirm"),
    "appointment_moved": gettext_lazy("New time"),
    "appointment_cancelled": gettext_lazy("Cancellation"),
    "appointment_cancelled_by_us": gettext_lazy("Cancellation"),
    "appointment_missed": gettext_lazy("Missed visit"),
    "appointment_reminder": gettext_lazy("Reminder"),
}


def page_context(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    """Return what the page shows beside the visit's facts, and its buttons for this person."""
    zone = practice_time.zone_of(visit)
    mails = emails_about(visit)
    actions = workflow_actions.available_now(request, visit)
    return {
        "title": _("Visit"),
        "subtitle": practice_time.format_datetime(visit.starts_at, zone),
        "workflow_actions": actions,
        "cancel": actions.pop(workflow_actions.CANCEL, None),
        "cancel_form": workflow_actions.CancelForm(),
        "can_move": workflow_actions.can_move(request, visit),
        "can_reassign": workflow_actions.MAY_CHANGE(request, visit)
        and request.user.has_perm("appointments.view_patient")
        and visit.patient_id is not None,
        "resend": may_resend(request) and resendable(mails),
        "consents": consents(visit, zone),
        "mails": mails,
        "sees_outbox": request.user.has_perm("mail.view_outgoingemail"),
        "changes": changes(visit, zone),
        "practice_zone": time_zones.words(zone),
    }


@dataclass(frozen=True)
class Change:
    when: str
    who: str
    what: list[str]


def changes(appointment: Appointment, zone: str) -> list[Change]:
    """Return the history of the visit, oldest first, in the words and on the clock of the practice.

    The first row is the choice of a time; what it held then, the first recorded change replaced.
    """
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    events = events.filter(pgh_obj_id=appointment.pk).select_related("provider")
    events = list(events.order_by("pgh_id"))
    chosen_by = events[0].changed_by if appointment.made_by_staff and events else PATIENT
    lines = [
        Change(
            practice_time.format_datetime(appointment.created, zone),
            who(chosen_by),
            [_("Time chosen")],
        )
    ]
    before = None
    for event in events:
        what = list(_differences(before, event, zone))
        lines.append(
            Change(
                practice_time.format_datetime(event.pgh_created_at, zone),
                who(event.changed_by),
                what,
            )
        )
        before = event
    return lines


def _differences(before: Any, after: Any, zone: str) -> Iterator[str]:
    was = before.status if before else Status.HELD
    if was != after.status:
        yield _arrow(Status(was).label, Status(after.status).label)
    if before and before.starts_at != after.starts_at:
        yield _arrow(
            practice_time.format_datetime(before.starts_at, zone),
            practice_time.format_datetime(after.starts_at, zone),
        )
    if before and before.provider_id != after.provider_id:
        yield _arrow(before.provider, after.provider)
    if after.sequence == (before.sequence if before else 0) + 2:
        yield _("E-mail address corrected")


def _arrow(was: object, became: object) -> str:
    return _("%(was)s → %(became)s") % {"was": was, "became": became}


def who(changed_by: str) -> str:
    """Return `changed_by` as people read it: "Patient", "Robin Example"."""
    return str(WHO.get(changed_by) or changed_by.removeprefix("staff: "))


def consents(appointment: Appointment, zone: str) -> list[tuple[Consent, str]]:
    """Return what was agreed to, each with when."""
    given = appointment.consents.select_related("text").order_by("text__kind")
    return [(consent, practice_time.format_datetime(consent.given, zone)) for consent in given]


@dataclass(frozen=True)
class Mail:
    email: OutgoingEmail
    kind: str
    when: str
    why: str


def emails_about(appointment: Appointment) -> list[Mail]:
    """Return the e-mails about this visit, newest first."""
    zone = practice_time.zone_of(appointment)
    found = OutgoingEmail.objects.about(visit_emails.about(appointment)).order_by("-pk")
    return [
        Mail(
            email,
            kind(email),
            practice_time.format_datetime(email.sent_at or email.created_at, zone),
            email.last_error,
        )
        for email in found.defer("text", "html", "attachments")
    ]


def may_resend(request: HttpRequest) -> bool:
    """Whether this person may send a failed e-mail again."""
    return request.user.has_perm("mail.change_outgoingemail")


def kind(email: OutgoingEmail) -> str:
    """Return what an e-mail is, in a word or two."""
    return str(KINDS.get(email.template) or email.template)


def resendable(mails: Iterable[Mail]) -> OutgoingEmail | None:
    """Return the newest of these, if it failed and may be sent again."""
    newest = next(iter(mails), None)
    if newest is None:
        return None
    again = OutgoingEmail.objects.resendable().filter(pk=newest.email.pk)
    return newest.email if again.exists() else None
