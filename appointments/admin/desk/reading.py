"""What a board shows, read in five queries whatever the number of providers and visits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from appointments.admin import practice_time
from appointments.admin.desk import sections
from appointments.admin.desk.fingerprint import fingerprint
from appointments.admin.desk.suiting import Waiting
from appointments.emails import visit_outbox
from appointments.models import (
    Appointment,
    HoursException,
    Provider,
    Status,
    WaitlistEntry,
    WeeklyHours,
)
from appointments.models.appointment_status import LATE_AFTER, AppointmentQuerySet
from appointments.models.patient_records import PatientNote
from appointments.scheduling.opening_hours import Dated
from appointments.scheduling.provider_calendars import Calendar
from core.database import database_time
from core.mail.models import OutgoingEmail

DAY = timedelta(days=1)
SOON = timedelta(hours=1)
SHOWN = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)
CAME = (Status.BOOKED, Status.CHECKED_IN, Status.COMPLETED)
# What a board needs of a visit.
_NEEDED = [
    *("status", "provider", "service_id", "starts_at", "ends_at", "held_until"),
    *("state", "zone", "staff_reason", "called_at", "created", "contact", "language"),
    *("patient__first_name", "patient__last_name", "patient__birth_date"),
]
# A phone number and a range take their time to be parsed, and a service is but its name.
_TEXTS = {
    "phone_text": Cast("phone", CharField()),
    "service_name": F("service__name"),
    "blocked_from": F("blocked__startswith"),
    "blocked_to": F("blocked__endswith"),
}
# What of a visit, when it changes, changes its card.
_SEEN = [
    *("pk", "provider_id", "status", "sequence", "starts_at", "ends_at", "held_until"),
    *("service_id", "phone", "contact", "staff_reason", "called_at", "mail_failed"),
    *("pinned_note", "language"),
    *("patient__first_name", "patient__last_name"),
]


@dataclass(frozen=True)
class Reading:
    """The rows behind a board of some days: of everyone, or of one provider."""

    days: list[date]
    now: datetime
    zone: ZoneInfo  # of the practice
    visits: list[Any]  # each with `mail_failed`, `pinned_note`, `is_first`, _TEXTS
    providers: list[Any]  # each with `state_codes` and `service_keys`
    calendar: Calendar
    time_off: list[HoursException]
    waiting: Waiting


def read(days: Sequence[date], provider: Provider | None = None) -> Reading:
    """Read the days of that provider; or of everyone who sees patients or has a visit then."""
    now = database_time.now()
    first, end = _bounds(days)
    found = of_days(days, now, provider).annotate(is_first=_is_first(), **_TEXTS)
    visits = list(found.select_related("patient").only(*_NEEDED))
    seen = {visit.provider_id for visit in visits}
    providers = [provider] if provider else list(with_services(working(seen), days[0]))
    by_key = {each.pk: each for each in providers}
    for visit in visits:
        visit.provider = by_key[visit.provider_id]
    exceptions = list(_exceptions(days, [each.pk for each in providers]))
    return Reading(
        list(days),
        now,
        practice_time.zone(),
        visits,
        providers,
        _calendar([each.pk for each in providers], first, end, exceptions),
        [row for row in exceptions if row.kind == HoursException.Kind.TIME_OFF],
        Waiting.read(now),
    )


def of_days(
    days: Sequence[date], now: datetime, provider: Provider | None = None
) -> AppointmentQuerySet:
    """Return the visits and holds of these days, in order, each with whether its mail failed, and
    what is pinned to its patient.
    """
    first, end = _bounds(days)
    live_hold = Q(status=Status.HELD, held_until__gt=now)
    found = Appointment.objects.filter(Q(status__in=SHOWN) | live_hold)
    found = found.filter(starts_at__gte=first, starts_at__lt=end)
    if provider:
        found = found.filter(provider=provider)
    found = found.annotate(mail_failed=_mail_failed(), pinned_note=_pinned_note())
    return found.order_by("starts_at", "pk")


def version(days: Sequence[date], provider: Provider | None = None) -> str:
    """Return a name for what such a board shows now: another as soon as that changes.

    Time that passes changes it where somebody becomes late, or is next. The database sums up the
    rows, as nobody needs them while nothing changes, in one query: every open desk asks three
    times a minute.
    """
    now = database_time.now()
    passed = [_is_over(now - LATE_AFTER), _is_over(now), _is_over(now + SOON)]
    off = HoursException.objects.touching(days[0] - DAY, days[-1] + DAY)
    waiting = WaitlistEntry.objects.waiting(now).without_offer()
    around = Provider.objects.all(), WeeklyHours.objects.all(), off
    # Thousands may wait: of each its numbers are hashed as they are, not as words.
    places = Func("pk", Coalesce("provider_id", 0), function="hashint8extended")
    sums = [
        _sum(of_days(days, now, provider), _hash(Func(*_SEEN, *passed, function="ROW"))),
        _sum(waiting, places),
        *(_sum(rows, _hash(_Row(rows))) for rows in around),
        *(_sum(rows, _hash(seen)) for rows, seen in sections.watched(now)),
    ]
    return fingerprint(sorted(sums[0].union(*sums[1:], all=True)))


def _is_over(moment: datetime) -> ExpressionWrapper:
    return ExpressionWrapper(Q(starts_at__lte=moment), BooleanField())


class _Row(Func):
    """A whole row, all its columns at once."""

    template = "%(table)s"

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(table=connection.ops.quote_name(rows.model._meta.db_table))


def _hash(seen: Func) -> Func:
    return Func(seen, template="hashtextextended(%(expressions)s::text, 0)")


def _sum(rows: QuerySet, hashed: Func) -> "QuerySet[Any, Any]":
    """Return the name of the table, and the sum of `hashed` of each row, as one row."""
    hashed.output_field = BigIntegerField()
    name = Value(rows.model._meta.db_table)
    return rows.order_by().values_list(name).annotate(total=Coalesce(Sum(hashed), 0))


def working(seen: Iterable[int] = ()) -> "QuerySet[Provider]":
    """Return those who see patients, and those of `seen`."""
    return Provider.objects.filter(Q(active=True) | Q(pk__in=seen))


def with_services(found: "QuerySet[Provider]", day: date) -> "QuerySet[Provider, Any]":
    """Return them with the states and services that they may be booked for on that day."""
    valid = Q(licenses__expires__gte=day)
    return found.annotate(
        state_codes=ArrayAgg("licenses__state", filter=valid, distinct=True, default=Value([])),
        service_keys=ArrayAgg(
            "services",
            filter=Q(services__isnull=False, services__active=True),
            distinct=True,
            default=Value([]),
        ),
    ).order_by("name", "pk")


def _exceptions(days: Sequence[date], pks: list[int]) -> "QuerySet[HoursException]":
    # A day or two more at each end: in another zone it is another day.
    rows = HoursException.objects.touching(days[0] - 2 * DAY, days[-1] + 2 * DAY).of(pks)
    return rows.order_by("provider_id", "opens", "pk")


def _calendar(
    pks: list[int], first: datetime, end: datetime, exceptions: Iterable[HoursException]
) -> Calendar:
    """Return their hours with these exceptions, which are read once, for their notes too."""
    dated: dict[int | None, list[Dated]] = defaultdict(list)
    for row in exceptions:
        is_off = row.kind == HoursException.Kind.TIME_OFF
        times = row.first_day, row.last_day, row.opens, row.closes, row.zone
        dated[row.provider_id].append(Dated(is_off, *times))
    return Calendar.with_exceptions(pks, first, end - timedelta(seconds=1), dated)


def _mail_failed() -> Exists:
    """Whether the patient did not get the last mail about it, and nobody has called them since."""
    about = Concat(Value(visit_outbox.ABOUT), Cast(OuterRef("pk"), CharField()))
    # Said as the index says it: without, each visit would read all mails that ever failed.
    failed = OutgoingEmail.objects.exclude(about="").filter(about=about, overtaken=False).failed()
    return Exists(
        failed.filter(created_at__gt=Coalesce(OuterRef("called_at"), F("created_at") - DAY))
    )


def _pinned_note() -> Subquery:
    pinned = PatientNote.objects.filter(patient=OuterRef("patient"), pinned=True)
    return Subquery(pinned.in_reading_order().values("text")[:1])


def _is_first() -> Any:
    """Whether the patient was never here, nor is expected, before this visit."""
    earlier = Appointment.objects.filter(patient=OuterRef("patient"), status__in=CAME)
    return ~Exists(earlier.filter(starts_at__lt=OuterRef("starts_at")))


def _bounds(days: Sequence[date]) -> tuple[datetime, datetime]:
    zone = practice_time.zone()
    return practice_time.midnight(days[0], zone), practice_time.midnight(days[-1] + DAY, zone)
