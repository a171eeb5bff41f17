"""Who has seen a record, from the audit trail, in words for the patient.

A day of one person is one line: who it was, and what they did that day. What a row of the trail
names, `appointments.patient_records.patient_trail` finds by the keys of all that is the patient's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from appointments.models import Patient
from appointments.patient_records import patient_trail
from core.staff.models import AuditEvent, User, is_of_patient

AT_ONCE = 200  # rows of the trail on one page
# What groups of the staff are called by patients. Of several the first one counts.
ROLES = {
    "clinician": _("Clinician"),
    "front desk": _("Front desk"),
    "privacy officer": _("Privacy officer"),
    "manager": _("Manager"),
}
LOOKED = {
    "appointments.patient": _("opened your record"),
    "appointments.appointment": _("opened a visit of yours"),
    "appointments.waitlistentry": _("opened your place on the waitlist"),
    "appointments.consent": _("opened what you agreed to"),
    "mail.outgoingemail": _("opened an e-mail to you"),
}
ON_A_LIST = _("saw you on a list")
DONE = {
    "export": _("made a copy of your record"),
    "book": _("booked a visit for you"),
    "move": _("moved a visit of yours"),
    "cancel": _("cancelled a visit of yours"),
    "trail": _("looked up who has seen your record"),
    "trail-file": _("looked up who has seen your record"),
    "refused": _("was not let in to something of yours"),
}
CHANGED = {
    "appointments.patient": _("changed your record"),
    "appointments.appointment": _("changed a visit of yours"),
}
WORKED = _("worked on something of yours")
LISTS = ("list", "search", "act:day_view", "act:week_view")


@dataclass
class Day:
    """What one person did with a record on one day."""

    day: date
    who: str
    role: str
    deeds: list[str] = field(default_factory=list)

    def add(self, deed: object) -> None:
        """Name it once."""
        if str(deed) not in self.deeds:
            self.deeds.append(str(deed))


@dataclass(frozen=True)
class Page:
    """A part of the trail, the newest first; `older` is where the next one begins, 0 at the end."""

    days: Sequence[Day]
    older: int


def page(patient: Patient, zone: ZoneInfo, *, before: int = 0) -> Page:
    """Return who has seen this record, on the days of that zone; from the row `before` on."""
    rows = patient_trail.about(patient_trail.records_of_patient(patient))
    last = AuditEvent.objects.filter(pk=before).first() if before else None
    if last is not None:
        rows = rows.filter(at__lte=last.at).exclude(pk__gte=last.pk, at=last.at)
    events = list(patient_trail.newest_first(rows)[: AT_ONCE + 1])
    older = events[AT_ONCE - 1].pk if len(events) > AT_ONCE else 0
    return Page(_days(events[:AT_ONCE], zone), older)


def _days(events: Sequence[AuditEvent], zone: ZoneInfo) -> list[Day]:
    people = _people(event.user_pk for event in events if event.user_pk)
    found: dict[tuple[date, int | None, int | None], Day] = {}
    for event in events:
        day = event.at.astimezone(zone).date()
        key = (day, event.user_pk, event.api_key)
        if key not in found:
            found[key] = Day(day, *_who(event, people))
        found[key].add(deed(event))
    return list(found.values())


def deed(event: AuditEvent) -> object:
    """Return in words what this row says."""
    if event.action in DONE:
        return DONE[event.action]
    if event.action in LISTS or (event.action == "view" and len(event.object_pks) > 1):
        return ON_A_LIST
    if event.action in ("view", "history"):
        return LOOKED.get(event.model, _("opened something of yours"))
    if event.action in ("add", "change"):
        return CHANGED.get(event.model, WORKED)
    return WORKED


def _people(pks: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return name and role of these members of the staff. Two queries."""
    users = User.objects.filter(pk__in=set(pks), is_staff=True).prefetch_related("groups")
    return {user.pk: (user.name, _role(user)) for user in users}


def _role(user: User) -> str:
    groups = {group.name for group in user.groups.all()}
    return str(next((words for name, words in ROLES.items() if name in groups), ""))


def _who(event: AuditEvent, people: dict[int, tuple[str, str]]) -> tuple[str, str]:
    if event.api_key:
        return str(_("A program of the clinic")), ""
    if is_of_patient(event.email):
        return str(_("You, or who stands for you")), ""
    if event.user_pk in people:
        return people[event.user_pk]
    return str(_("Somebody who does not work here any more")), ""
