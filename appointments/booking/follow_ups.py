"""Series of visits: booked all or none, and the rest cancelled in one step."""

from collections.abc import Sequence
from copy import copy
from uuid import uuid4

from django.db import IntegrityError

from appointments.booking import visit_events
from appointments.booking.patients import (
    BookedAlready,
    PatientDetails,
    lock_address,
    require_no_other,
    require_unrestricted,
)
from appointments.booking.rules import (
    NotChangeable,
    SlotTaken,
    in_one_transaction,
    lock,
    raise_unless_conflict,
    require_age,
)
from appointments.booking.staff_booking import WantedVisit, already_booked, require_allowed, write
from appointments.booking.visits import cancel
from appointments.emails import visit_emails
from appointments.models import Appointment, Service
from core.database import database_time

TWO_YEARS = 730


def planned_ahead(service: Service) -> Service:
    """The service without its horizon and notice, which are for patients who book by themselves."""
    ahead = copy(service)
    ahead.horizon_days, ahead.notice_hours, ahead.bookable_days = TWO_YEARS, 0, None
    return ahead


def book_series(
    wanted: Sequence[WantedVisit], details: PatientDetails, *, after: Appointment, by: str
) -> list[Appointment]:
    """Book them all as follow-ups of `after`, or none. One mail tells the patient of all.

    Raises SlotTaken, TooYoung, NotLicensed, OutsideRules or AtTheSameTime for the first that cannot
    be had, BookedAlready where all of them stand, and RecordRestricted; then nothing is booked.
    """
    try:
        return _book_series(wanted, details, after, by)
    except IntegrityError as error:
        raise_unless_conflict(error)
        raise SlotTaken from error


@in_one_transaction
def _book_series(
    wanted: Sequence[WantedVisit], details: PatientDetails, after: Appointment, by: str
) -> list[Appointment]:
    lock([each.provider.pk for each in wanted])
    lock_address(details)
    require_unrestricted(details)
    same = [already_booked(each, details) for each in wanted]
    if same and all(same):
        raise BookedAlready([visit for visit in same if visit])
    Appointment.objects.filter(pk=after.pk, series=None).update(series=uuid4())
    after.refresh_from_db(fields=["series"])
    booked = []
    for each in wanted:
        require_no_other(details, each.starts_at, each.ends_at, but=each.beside)
        require_age(each.service, details.birth_date, each.state, each.starts_at)
        require_allowed(each)
        booked.append(write(each, details, by, series=after.series))
    for visit in booked:
        visit_events.booked(visit)
    visit_emails.series_booked(booked)
    return booked


@in_one_transaction
def cancel_series(appointment: Appointment, *, by: str, reason: str = "") -> list[Appointment]:
    """Cancel this visit and the later ones of its series, all or none; each tells its calendar.

    Raises NotChangeable if none is left.
    """
    rest = Appointment.objects.upcoming(database_time.now()).filter(
        series=appointment.series, series__isnull=False, starts_at__gte=appointment.starts_at
    )
    found = list(rest.select_related("service", "provider").order_by("starts_at"))
    if not found:
        raise NotChangeable
    lock([visit.provider_id for visit in found])
    for visit in found:
        cancel(visit, by=by, reason=reason)
    return found
