"""Bookings that a program makes for patients: by the workflow, rules and limits of the pages.

A program sees and changes what its key has booked, or reads all where its scopes say so. All else
is not there. What answers a change never says more of an address than the pages would, because its
program may show it to whoever typed that address; what is read says how things are.
"""

from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from appointments.api import changes
from appointments.api.schemas import (
    STATUSES,
    BookingIn,
    BookingOut,
    BookingsOut,
    BookingStatus,
    CancelIn,
    From,
    MoveIn,
    To,
)
from appointments.links import PrivateLink
from appointments.models import Appointment
from appointments.models.appointment_status import AppointmentQuerySet
from appointments.views.appointment import shown_status
from core.api import audit, problems
from core.api.authentication import Key, key_of
from core.api.idempotency import IdempotencyKey, once
from core.api.models import ApiKey, Scope
from core.database import database_time

MOST = 100  # bookings of one page
After = Annotated[UUID | None, Query(description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
READ = Key(Scope.BOOKINGS_READ, Scope.BOOKINGS_READ_ALL)
WRITE = Key(Scope.BOOKINGS_WRITE)
CHANGE = {"x-problems": [404, 409]}
router = Router(tags=["Bookings"])


@router.get(
    "/bookings",
    response=BookingsOut,
    auth=READ,
    operation_id="list_bookings",
    openapi_extra={"x-problems": [404]},
)
def list_bookings(
    request: HttpRequest,
    first: From = None,
    last: To = None,
    status: BookingStatus | None = None,
    after: After = None,
    limit: Limit = MOST,
) -> BookingsOut:
    """Return bookings in the order of their start, a page at a time. 404 where `after` is none."""
    key = key_of(request)
    found = _visible(key).filter(starts_at__gte=first or database_time.now())
    found = found.filter(starts_at__lt=last) if last else found
    if status:
        found = found.filter(status__in=[each for each, name in STATUSES.items() if name == status])
    if after:
        before = _visible(key).filter(uid=after).first() or _none()
        same_time = Q(starts_at=before.starts_at, pk__gt=before.pk)
        found = found.filter(same_time | Q(starts_at__gt=before.starts_at))
    rows = list(found.order_by("starts_at", "pk")[: limit + 1])
    page = rows[:limit]
    audit.declare(request, page, action="list")
    return BookingsOut(
        bookings=[_as_it_is(visit, key) for visit in page],
        next=page[-1].uid if len(rows) > limit else None,
    )


@router.get(
    "/bookings/{uuid:uid}",
    response=BookingOut,
    auth=READ,
    operation_id="read_booking",
    openapi_extra={"x-problems": [404]},
)
def read_booking(request: HttpRequest, uid: UUID) -> BookingOut:
    """Return one booking."""
    key = key_of(request)
    visit = _visible(key).filter(uid=uid).first() or _none()
    audit.declare(request, [visit])
    return _as_it_is(visit, key)


@router.post(
    "/bookings",
    response={201: BookingOut},
    auth=WRITE,
    operation_id="create_booking",
    openapi_extra={"x-problems": [409]},
)
def create_booking(
    request: HttpRequest, response: HttpResponse, sent: BookingIn, idempotency_key: IdempotencyKey
) -> Status:
    """Book a visit for a patient, who gets the same e-mails as from the clinic's own page."""
    key = key_of(request)
    uid, again = once(request, idempotency_key, lambda token: changes.book(request, sent, token))
    return Status(201, _answer(request, response, _own(key, uid), "book", again=again))


@router.post(
    "/bookings/{uuid:uid}/move",
    response=BookingOut,
    auth=WRITE,
    operation_id="move_booking",
    openapi_extra=CHANGE,
)
def move_booking(
    request: HttpRequest,
    response: HttpResponse,
    uid: UUID,
    sent: MoveIn,
    idempotency_key: IdempotencyKey,
) -> BookingOut:
    """Give a booking of this key another time, until the service's cut-off."""
    visit = _own(key_of(request), uid)
    _, again = once(request, idempotency_key, lambda _: changes.move(request, visit, sent))
    visit = _own(key_of(request), uid)
    return _answer(request, response, visit, "move", again=again)


@router.post(
    "/bookings/{uuid:uid}/cancel",
    response=BookingOut,
    auth=WRITE,
    operation_id="cancel_booking",
    openapi_extra=CHANGE,
)
def cancel_booking(
    request: HttpRequest,
    response: HttpResponse,
    uid: UUID,
    sent: CancelIn,
    idempotency_key: IdempotencyKey,
) -> BookingOut:
    """Cancel a booking of this key, until the service's cut-off."""
    visit = _own(key_of(request), uid)
    _, again = once(request, idempotency_key, lambda _: changes.cancel(request, visit, sent))
    visit = _own(key_of(request), uid)
    return _answer(request, response, visit, "cancel", again=again)


def _all() -> AppointmentQuerySet:
    found = Appointment.objects.visits().filter(erased_at=None)
    return found.select_related("provider", "service", "patient")


def _visible(key: ApiKey) -> AppointmentQuerySet:
    return _all() if key.may(Scope.BOOKINGS_READ_ALL) else _all().filter(api_key=key)


def _own(key: ApiKey, uid: UUID) -> Appointment:
    """Return what this key has booked. Raises Problem, as for what is not there."""
    return _all().filter(uid=uid, api_key=key).first() or _none()


def _none() -> Appointment:
    raise problems.not_found()


def _as_it_is(visit: Appointment, key: ApiKey) -> BookingOut:
    return BookingOut.of(visit, status=visit.status, with_patient=key.may(Scope.PATIENTS_READ))


def _answer(
    request: HttpRequest, response: HttpResponse, visit: Appointment, action: str, *, again: bool
) -> BookingOut:
    """Return a visit that was changed, as the browser that booked it would see it."""
    audit.declare(request, [visit], action="view" if again else action)
    if again:
        response["Idempotent-Replayed"] = "true"
    return BookingOut.of(visit, status=shown_status(PrivateLink(visit, "", mailed=False)))
