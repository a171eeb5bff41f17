"""The e-mails about one visit, as staff read them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from appointments.admin import practice_time
from appointments.emails import visit_outbox
from appointments.models import Appointment
from core.mail.models import OutgoingEmail

# Of e-mails, texts, and calls instead of them.
_KINDS = {
    "appointment_booked": gettext_lazy("Confirmation"),
    "appointment_series": gettext_lazy("Confirmation of a series"),
    "appointment_confirm": gettext_lazy("Please confirm"),
    "appointment_moved": gettext_lazy("New time"),
    "appointment_cancelled": gettext_lazy("Cancellation"),
    "appointment_cancelled_by_us": gettext_lazy("Cancellation"),
    "appointment_missed": gettext_lazy("Missed visit"),
    "appointment_reminder": gettext_lazy("Reminder"),
    "appointment_ready": gettext_lazy("Their provider waits for them"),
    "visit_summary": gettext_lazy("Something new after the visit"),
    "waitlist_offer": gettext_lazy("A time from the waitlist"),
    "waitlist_offer_taken": gettext_lazy("The offered time is taken"),
}


@dataclass(frozen=True)
class Mail:
    email: OutgoingEmail
    kind: str
    when: str
    why: str


def emails_about(appointment: Appointment) -> list[Mail]:
    """Return the e-mails about this visit, newest first."""
    zone = practice_time.zone_of(appointment)
    found = OutgoingEmail.objects.about(visit_outbox.about(appointment)).order_by("-pk")
    return [
        Mail(
            email,
            kind(email.template),
            practice_time.format_datetime(email.sent_at or email.created_at, zone),
            email.last_error,
        )
        for email in found.defer("text", "html", "attachments")
    ]


def may_resend(request: HttpRequest) -> bool:
    """Whether this person may send a failed e-mail again."""
    return request.user.has_perm("mail.change_outgoingemail")


def kind(template: str) -> str:
    """Return what this kind of e-mail is called, in a word or two."""
    return str(_KINDS.get(template) or template)


def resendable(mails: Iterable[Mail]) -> OutgoingEmail | None:
    """Return the newest of these, if it failed and may be sent again."""
    newest = next(iter(mails), None)
    if newest is None:
        return None
    again = OutgoingEmail.objects.resendable().filter(pk=newest.email.pk)
    return newest.email if again.exists() else None
