"""What happened with one visit: its line of steps, and one timeline of all that is known of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appointments.admin import practice_time
from appointments.admin.visit_mails import Mail, kind
from appointments.emails import visit_outbox, visit_texts
from appointments.models import Appointment, Consent, Status
from appointments.models.appointment_status import PATIENT, SYSTEM
from core.mail.models import OutgoingEmail
from core.sms.models import OutgoingText
from core.staff.models import AuditEvent, User

WHO = {PATIENT: gettext_lazy("Patient"), SYSTEM: gettext_lazy("The site itself")}
# What follows each status where all goes well.
AHEAD = {
    Status.HELD: (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED),
    Status.BOOKED: (Status.CHECKED_IN, Status.COMPLETED),
    Status.CHECKED_IN: (Status.COMPLETED,),
}
UNCONFIRMED = (Status.RELEASED, Status.EXPIRED)
# A year of looking at one visit stays a page.
MOST_VIEWS = 100


@dataclass(frozen=True)
class Step:
    """One stop of the line: when it was reached, empty for what is still ahead."""

    status: str
    label: str
    when: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Entry:
    """One row of the timeline. `kind` is "step", "mail", "text", "consent" or "view"."""

    at: datetime
    kind: str
    who: str
    lines: Sequence[str]
    when: str = ""
    email: OutgoingEmail | None = None
    text: OutgoingText | None = None
    consent: Consent | None = None


def who(changed_by: str) -> str:
    """Return `changed_by` as people read it: "Patient", "Robin Example"."""
    return str(WHO.get(changed_by) or changed_by.removeprefix("staff: "))


def recorded_changes(visit: Appointment) -> list[Any]:
    """Return the rows of the visit's history, oldest first, in one query."""
    events = apps.get_model("appointments", "AppointmentEvent")._default_manager
    events = events.filter(pgh_obj_id=visit.pk).select_related("provider")
    return list(events.order_by("pgh_id"))


def status_line(visit: Appointment, changes: Sequence[Any], zone: str) -> list[Step]:
    """Return the way of the visit so far, without what was taken back, and what lies ahead."""
    reached: list[tuple[str, datetime]] = [(_first_status(visit, changes), visit.created)]
    for change in changes:
        statuses = [status for status, _at in reached]
        if change.status in statuses:
            reached = reached[: statuses.index(change.status) + 1]
        else:
            reached.append((change.status, change.pgh_created_at))
    if len(reached) > 1 and visit.made_by_staff:
        del reached[0]  # booked on the spot
    last = reached[-1][0]
    line = [
        Step(
            status,
            _label(status),
            practice_time.format_short_datetime(at, zone),
            is_current=status == last,
        )
        for status, at in reached
    ]
    return [*line, *(Step(status, _label(status)) for status in AHEAD.get(Status(last), ()))]


def _first_status(visit: Appointment, changes: Sequence[Any]) -> str:
    """Return how the visit was written first: of its history only what was changed is kept."""
    if not changes:
        return visit.status
    was_booked = changes[0].status not in (Status.HELD, Status.BOOKED, *UNCONFIRMED)
    return Status.BOOKED if was_booked else Status.HELD


def _label(status: str) -> str:
    return _("Time chosen") if status == Status.HELD else str(Status(status).label)


def timeline(
    request: HttpRequest, visit: Appointment, changes: Sequence[Any], mails: Iterable[Mail]
) -> list[Entry]:
    """Return all that is known of the visit, newest first, on the practice's clock.

    Steps, e-mails and consents; who has looked at it, for those who may read the audit trail.
    """
    zone = practice_time.zone_of(visit)
    entries = [*_steps(visit, changes, zone), *_mails(mails), *_texts(visit), *_consents(visit)]
    if request.user.has_perm("staff.view_auditevent"):
        entries += _views(visit)
    entries.sort(key=lambda entry: entry.at)
    # Reversed as a whole: what one transaction has written has one time, and keeps its order.
    return [_dated(entry, zone) for entry in reversed(entries)]


def _dated(entry: Entry, zone: str) -> Entry:
    when = practice_time.format_datetime(entry.at, zone)
    return Entry(**(vars(entry) | {"when": when}))


def _steps(visit: Appointment, changes: Sequence[Any], zone: str) -> Iterator[Entry]:
    chosen_by = changes[0].changed_by if visit.made_by_staff and changes else PATIENT
    was = _first_status(visit, changes)
    # The database says when its transaction began, which may be before `created` was set.
    first = min([visit.created, *(change.pgh_created_at for change in changes[:1])])
    yield Entry(first, "step", who(chosen_by), [_label(was)])
    before = None
    for change in changes:
        lines = list(_differences(before, change, was, zone))
        if change is changes[-1]:
            lines += _why(visit)
        yield Entry(change.pgh_created_at, "step", who(change.changed_by), lines)
        before, was = change, change.status


def _why(visit: Appointment) -> Iterator[str]:
    if visit.status_reason:
        yield str(visit.status_reason)
    if visit.cancel_reason:
        yield visit.cancel_reason


def _differences(before: Any, after: Any, was: str, zone: str) -> Iterator[str]:
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


def _mails(mails: Iterable[Mail]) -> Iterator[Entry]:
    for mail in mails:
        email = mail.email
        lines = [mail.kind, *([mail.why] if mail.why else [])]
        yield Entry(email.sent_at or email.created_at, "mail", email.to, lines, email=email)


def _texts(visit: Appointment) -> Iterator[Entry]:
    if not visit.by_text:
        return
    things = visit_outbox.about(visit), visit_texts.about_ready(visit.pk)
    for text in OutgoingText.objects.about(*things).order_by("pk"):
        why = text.undelivered_reason or text.last_error
        lines = [kind(text.template), *([why] if why else [])]
        yield Entry(text.sent_at or text.created_at, "text", _("Text"), lines, text=text)


def _consents(visit: Appointment) -> Iterator[Entry]:
    for consent in visit.consents.select_related("text").order_by("pk"):
        yield Entry(consent.given, "consent", _("Patient"), [str(consent.text)], consent=consent)


def _views(visit: Appointment) -> Iterator[Entry]:
    """Who opened its page; several times in a row on one day are one row."""
    opened = AuditEvent.objects.filter(
        model=visit._meta.label_lower, object_pks__contains=[str(visit.pk)], action="view"
    ).order_by("-at")
    rows = list(opened[:MOST_VIEWS])
    zone = practice_time.zone_of(visit)
    names = User.objects.in_bulk({row.user_pk for row in rows if row.user_pk})
    for (pk, _day), found in groupby(rows, key=lambda row: (row.user_pk, _day_of(row, zone))):
        views = list(found)
        text = ngettext("Opened it", "Opened it %(count)d times", len(views))
        name = str(names.get(pk, views[0].who))
        yield Entry(views[0].at, "view", name, [text % {"count": len(views)}])


def _day_of(row: AuditEvent, zone: str) -> str:
    return practice_time.format_short_datetime(row.at, zone).rpartition(",")[0]


def given_consents(entries: Iterable[Entry]) -> list[Consent]:
    """Return what was agreed to, of a timeline: their texts stand below it."""
    return [entry.consent for entry in entries if entry.consent]
