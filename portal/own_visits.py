"""The visits of whoever is signed in: what is ahead, and what was."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from appointments.models import Appointment, Status
from appointments.models.appointment_status import AppointmentQuerySet
from appointments.scheduling import visit_progress
from portal.account_links import AccountVisitLink, follow_up_page
from portal.models import PatientAccount
from visits import phase_words, summaries
from visits.intake import plans
from visits.models.visits import Seat
from visits.phases import CLOSES_AFTER, phase_of

AHEAD = 4  # on the first page; the page of visits has all
# What everybody's last visit is looked for in: it took place, or was to.
CARE = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)
BESIDE = ("provider", "service__intake_plan", "patient", "encounter", "visit_summary")


def visits_of(account: PatientAccount) -> AppointmentQuerySet:
    """Return all visits of its records, with what their pages say of them in one query."""
    own = Appointment.objects.filter(patient_id__in=account.record_pks, erased_at=None)
    return own.select_related(*BESIDE)


def ahead(now: datetime) -> Q:
    """Return those that are to come, and that go on until nobody is let in any more."""
    live = Q(status__in=(Status.BOOKED, Status.CHECKED_IN), ends_at__gt=now - CLOSES_AFTER)
    return live | Q(status=Status.HELD, held_until__gt=now)


def past(now: datetime) -> Q:
    """Return those that are over or do not take place; not those that nobody has confirmed."""
    over = Q(status__in=(Status.BOOKED, Status.CHECKED_IN), ends_at__lte=now - CLOSES_AFTER)
    return over | Q(status__in=(Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED))


@dataclass(frozen=True)
class ShownVisit:
    """A visit as a list shows it."""

    link: AccountVisitLink
    now: datetime
    names: bool  # whether the account sees more than one person's

    @property
    def visit(self) -> Appointment:
        return self.link.appointment

    @property
    def page(self) -> str:
        return self.link.page()

    @property
    def follow_up(self) -> str:
        return follow_up_page(self.visit)

    @property
    def whose(self) -> str:
        """What the patient is called, where the account sees several people's."""
        return self.visit.patient.short_name if self.names and self.visit.patient else ""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.visit.patient_zone).date()

    @property
    def is_held(self) -> bool:
        return self.visit.status == Status.HELD

    @property
    def summary(self) -> dict[str, str]:
        """What was shared of it, for the patient and as long as the clinic lets them read it."""
        found = getattr(self.visit, "visit_summary", None)
        if found is None or not self.link.acts_for_patient:
            return {}
        if self.now >= summaries.readable_until(self.visit):
            return {}
        return found.shared or {}

    @property
    def agreed(self) -> str:
        return self.summary.get("agreed", "")

    @property
    def can_join(self) -> bool:
        """Whether the way in is open, here or in a room elsewhere."""
        visit = self.visit
        if self.is_held or visit.by_call or not self.link.acts_for_patient:
            return False
        if visit.takes_place_here:
            return phase_of(visit, getattr(visit, "encounter", None), self.now).is_open
        times = visit.starts_at, visit.ends_at
        return visit_progress.phase(visit.status, *times, self.now).can_join

    @property
    def way_in(self) -> str:
        """The path or address of the room."""
        here = self.visit.takes_place_here
        return self.link.page("visits:room") if here else self.visit.provider.video_room

    @property
    def said(self) -> str:
        """What is said of the room, once it is open."""
        encounter = getattr(self.visit, "encounter", None)
        phase = phase_of(self.visit, encounter, self.now)
        return phase_words.said(phase, self.visit, Seat.PATIENT) if phase.is_open else ""


def shown(account: PatientAccount, visit: Appointment, now: datetime) -> ShownVisit:
    """Return a visit as lists of this account show it."""
    return ShownVisit(AccountVisitLink(visit, account), now, names=len(account.records) > 1)


@dataclass(frozen=True)
class Overview:
    """What the first page says of visits."""

    ahead: list[ShownVisit]
    last: ShownVisit | None

    @property
    def next(self) -> ShownVisit | None:
        return self.ahead[0] if self.ahead else None


def overview(account: PatientAccount, now: datetime) -> Overview:
    """Return what is ahead, soonest first, and the last that took place or was to. One query."""
    last = visits_of(account).filter(past(now), status__in=CARE).order_by("-starts_at")
    found = visits_of(account).filter(ahead(now) | Q(pk__in=last.values("pk")[:1]))
    found = found.annotate(**plans.progress())
    rows = [shown(account, visit, now) for visit in found.order_by("starts_at", "pk")[: AHEAD + 1]]
    over = [row for row in rows if is_over(row.visit, now)]
    return Overview([row for row in rows if row not in over], over[0] if over else None)


def is_over(visit: Appointment, now: datetime) -> bool:
    """Return whether it stands among those that were."""
    if visit.status in (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED):
        return True
    return visit.status != Status.HELD and visit.ends_at <= now - CLOSES_AFTER


@dataclass(frozen=True)
class FormsDue:
    """What the next visit asks before it begins."""

    page: str
    left: int
    of: int

    @property
    def done(self) -> int:
        return self.of - self.left


def forms_due(row: ShownVisit) -> FormsDue | None:
    """Return what is left to fill in for a visit now; None where that is nothing."""
    if row.is_held or not row.link.acts_for_patient or not plans.is_open(row.visit, row.now):
        return None
    steps = plans.steps(row.visit)
    left = sum(not step.is_done for step in steps)
    return FormsDue(row.link.page("visits:forms"), left, len(steps)) if left else None
