"""What the clinician's page of a room asks of the site, as JSON: tickets and the steps of a visit.

Each step answers like the ticket, so that the page shows at once what holds.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.translation import gettext as _

from appointments.booking.attendance import PatientCame
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment
from core.staff.audit import disclosures
from core.staff.audit.admin_pages import record_all
from visits import encounter, first_minute
from visits.admin.whose_visit import appointment_or_404, user_of
from visits.models import Visit
from visits.models.visits import Seat
from visits.views.tickets import asked_too_often, entered, reported

Step = Callable[[HttpRequest, Appointment], object]
View = Callable[..., HttpResponse]


def _step(action: str) -> Callable[[Step], View]:
    """Return a decorator: a POST that takes one step, writes the trail, and says what holds."""

    def decorate(step: Step) -> View:
        @wraps(step)
        def wrapper(request: HttpRequest, pk: int) -> HttpResponse:
            if request.method != "POST":
                return disclosures.declare_none(HttpResponseNotAllowed(["POST"]))
            appointment = appointment_or_404(request, pk)
            if not action and (refusal := asked_too_often(appointment, Seat.CLINICIAN)):
                return disclosures.declare_none(refusal)
            said = _taken(request, appointment, step)
            if action:
                label = Appointment._meta.label_lower
                record_all(request, action, model=label, object_pks=[appointment.pk])
            status = 409 if "why" in said else 200
            answer = said | entered(appointment, Seat.CLINICIAN)
            return disclosures.declare(JsonResponse(answer, status=status), [appointment])

        return wrapper

    return decorate


def _taken(request: HttpRequest, appointment: Appointment, step: Step) -> dict[str, str]:
    """Take the step; return nothing, or why it was refused."""
    try:
        step(request, appointment)
    except encounter.NotLicensed:
        return {"why": _("There is no license where the patient is: this visit may not begin.")}
    except PatientCame:
        return {"why": _("The patient came, or tried to: this is no no-show.")}
    except first_minute.NotAsked:
        return {"why": _("Please note the first minute, or choose why it was not asked.")}
    except NotChangeable:
        return {"why": _("Somebody has changed this visit meanwhile.")}
    return {}


@admin.site.register_page("visits/room/<int:pk>/ticket/")  # type: ignore[attr-defined]  # our site
@_step("")
def visits_ticket(request: HttpRequest, appointment: Appointment) -> None:
    """Give a ticket, where the room is open. A patient who is late is called in by text."""
    encounter.call_in(appointment)


@admin.site.register_page("visits/room/<int:pk>/admit/")  # type: ignore[attr-defined]  # our site
@_step("act:admitted")
def visits_admit(request: HttpRequest, appointment: Appointment) -> None:
    """Let the patient in, or the guest in the seat that is named."""
    seat = request.POST.get("seat", Seat.PATIENT)
    if seat == Seat.PATIENT:
        encounter.admit(appointment, by=user_of(request))
    else:
        encounter.admit_guest(_guest(appointment, seat), by=user_of(request))


@admin.site.register_page("visits/room/<int:pk>/send-back/")  # type: ignore[attr-defined]  # ours
@_step("act:sent_back")
def visits_send_back(request: HttpRequest, appointment: Appointment) -> None:
    """Have the patient wait again, or the guest in the seat that is named."""
    seat = request.POST.get("seat", Seat.PATIENT)
    if seat == Seat.PATIENT:
        encounter.send_back(appointment, by=user_of(request))
    else:
        encounter.send_guest_out(_guest(appointment, seat), by=user_of(request))


@admin.site.register_page("visits/room/<int:pk>/phone/")  # type: ignore[attr-defined]  # our site
@_step("act:by_phone")
def visits_phone(request: HttpRequest, appointment: Appointment) -> None:
    """Go on by phone."""
    encounter.by_phone(appointment, by=user_of(request))


@admin.site.register_page("visits/room/<int:pk>/finish/")  # type: ignore[attr-defined]  # our site
@_step("act:finished")
def visits_finish(request: HttpRequest, appointment: Appointment) -> None:
    """End the visit with the outcome that was chosen."""
    outcome = request.POST.get("outcome", "")
    if outcome not in Visit.Outcome.values:
        raise NotChangeable
    reason = request.POST.get("without", "")
    first_minute.finish(appointment, by=user_of(request), outcome=outcome, reason=reason)


@admin.site.register_page("visits/room/<int:pk>/report/")  # type: ignore[attr-defined]  # our site
def visits_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what the clinician's browser tells of the connection: `kind` and `number`."""
    if request.method != "POST":
        return disclosures.declare_none(HttpResponseNotAllowed(["POST"]))
    appointment = appointment_or_404(request, pk)
    return disclosures.declare_none(reported(request, appointment, Seat.CLINICIAN))


def _guest(appointment: Appointment, seat: str) -> Any:
    visit = encounter.open_room(appointment)
    guest = visit.guests.standing().filter(seat=seat).first()
    if guest is None:
        raise NotChangeable
    return guest
