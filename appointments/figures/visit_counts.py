"""How many visits there were in a period, by what figures ask about them: one query a question."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import TruncWeek
from django.db.models.lookups import GreaterThanOrEqual

from appointments.models import Appointment, Status, StatusReason
from core.staff.figures.periods import Period

# What was booked, whatever came of it. Holds, and what nobody confirmed, are none.
COUNTED = (
    *(Status.COMPLETED, Status.CHECKED_IN, Status.BOOKED),
    *(Status.NO_SHOW, Status.CANCELLED),
)
LATE = timedelta(hours=24)
# Whole days of 24 hours from the booking to the start: from how many on.
LEADS = (0, 1, 3, 7, 14, 30)
ONLINE, STAFF, PROGRAM = "online", "staff", "program"
_HISTORY = "status_starts_at_provider_sequence_changed_by_events"


def count(period: Period, *keys: str) -> dict[tuple, int]:
    """Return how many visits start in it, by fields of a visit and by these.

    `week`: the moment in which its Monday begins at the practice. `lead`: one of LEADS. `booked`:
    ONLINE, STAFF or PROGRAM.
    """
    rows = _with_keys(_visits(period), period.zone).order_by().values_list(*keys)
    return {tuple(key): number for *key, number in rows.annotate(number=Count("*"))}


def count_late(period: Period, *keys: str) -> dict[tuple, int]:
    """Return how many of them were cancelled late: the reason that staff chose says so.

    Without a reason those are that were cancelled less than LATE before their start, or behind
    it. The history says when: its first row with what the cancellation made of the visit. Later
    ones are of other changes. One that has no such row is not taken for late.
    """
    cancelled = Q(
        (f"{_HISTORY}__status", Status.CANCELLED),
        (f"{_HISTORY}__sequence", F("sequence")),
        status_reason=None,
    )
    in_time = cancelled & Q((f"{_HISTORY}__pgh_created_at__lte", F("starts_at") - LATE))
    visits = _visits(period).filter(status=Status.CANCELLED)
    rows = _with_keys(visits, period.zone).order_by().values_list(*keys)
    rows = rows.annotate(
        told=Count("pk", distinct=True, filter=Q(status_reason__kind=StatusReason.Kind.LATE)),
        known=Count("pk", distinct=True, filter=cancelled),
        in_time=Count("pk", distinct=True, filter=in_time),
    )
    counted = {tuple(key): told + known - early for *key, told, known, early in rows}
    return {key: number for key, number in counted.items() if number}


def _visits(period: Period) -> QuerySet[Appointment]:
    return Appointment.objects.filter(
        starts_at__gte=period.begins, starts_at__lt=period.ends, status__in=COUNTED
    )


def _with_keys(visits: QuerySet[Appointment], zone: ZoneInfo) -> QuerySet[Appointment]:
    # One subtraction a visit: days taken from a moment are reckoned by the calendar, one by one.
    ahead = F("starts_at") - F("created")
    leads = [
        When(GreaterThanOrEqual(ahead, timedelta(days=days)), then=Value(days))
        for days in reversed(LEADS)
    ]
    booked = [
        When(api_key__isnull=False, then=Value(PROGRAM)),
        When(made_by_staff=True, then=Value(STAFF)),
    ]
    return visits.annotate(
        week=TruncWeek("starts_at", tzinfo=zone),
        lead=Case(*leads, default=Value(LEADS[0])),
        booked=Case(*booked, default=Value(ONLINE), output_field=CharField()),
    )
