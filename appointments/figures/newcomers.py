"""How many came new: patients by their first record, and places on the waitlist, by week."""

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce, TruncDate, TruncWeek

from appointments.figures.visit_counts import COUNTED
from appointments.models import Appointment, EntryStatus, Patient, WaitlistEntry
from core.staff.figures.periods import Period

JOINED, FULFILLED, LEFT, ENDED = "joined", "fulfilled", "left", "ended"
KINDS = (JOINED, FULFILLED, LEFT, ENDED)
# How a place ended, as it is counted. One that was never confirmed was none.
_ENDS: dict[str, str] = {
    EntryStatus.FULFILLED: FULFILLED,
    EntryStatus.LEFT: LEFT,
    EntryStatus.REMOVED: LEFT,
    EntryStatus.ENDED: ENDED,
}


def new_patients(period: Period) -> dict[date, int]:
    """Return by Monday how many people were first recorded, of those who have booked.

    Records that were merged are one person, who came with the first of them.
    """
    records = Patient.objects.filter(created__gte=period.begins, created__lt=period.ends)
    records = records.exclude(merged_into__created__lt=F("created"))
    records = records.annotate(person=Coalesce("merged_into", "pk"))
    earlier = Patient.objects.filter(
        merged_into=OuterRef("person"), created__lt=OuterRef("created")
    )
    booked = Appointment.objects.filter(patient=OuterRef("person"), status__in=COUNTED)
    first = records.filter(~Exists(earlier), Exists(booked))
    weeks = first.annotate(week=TruncWeek("created", tzinfo=period.zone)).order_by()
    return {
        week.date(): number for week, number in weeks.values_list("week").annotate(n=Count("*"))
    }


def waitlist_days(begins: datetime, ends: datetime, zone: ZoneInfo) -> Counter:
    """Return by day, at the practice, and kind how many joined the waitlist, and how they left it.

    Of the places that are still there: see `day_counts`.
    """
    places = WaitlistEntry.objects.exclude(status=EntryStatus.ASKED).order_by()
    found: Counter = Counter()
    for day, _status, number in _by_day(places, "created", begins, ends, zone):
        found[day, JOINED] += number
    closed = places.filter(status__in=_ENDS)
    for day, status, number in _by_day(closed, "closed", begins, ends, zone):
        found[day, _ENDS[status]] += number
    return found


def _by_day(
    places: QuerySet[WaitlistEntry], field: str, begins: datetime, ends: datetime, zone: ZoneInfo
) -> QuerySet:
    within = places.filter(**{f"{field}__gte": begins, f"{field}__lt": ends})
    days = within.annotate(on=TruncDate(field, tzinfo=zone)).values_list("on", "status")
    return days.annotate(number=Count("*"))
