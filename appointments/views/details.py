"""Booking from the hold on: the patient's details, more time, giving it back, done."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments import cookies, links
from appointments.booking import first_visits, holds, returning_patient, rules, visits
from appointments.booking.holds import HOLD_FOR
from appointments.booking.rules import BookingRests, HoldGone, SlotTaken, TimeClosed
from appointments.forms.details import DetailsForm
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment, ConsentText, Status
from appointments.views.appointment import (
    link_replaced,
    shown_status,
    visit_link_required,
    visits_without_confirmation,
)
from appointments.views.booking_paused import booking_paused
from appointments.views.email_proof import ask_for_proof, email_proof_in
from appointments.views.hold_slot import (
    WantedTime,
    details_query,
    hold_time,
    typed_details,
    wanted_time_in,
    wanted_time_of,
)
from appointments.views.slot_taken import slot_taken
from appointments.views.time_zone import initial_zone, shown_zone
from core.database import database_time
from core.guard.limit_pages import limit_page
from core.guard.no_store import no_store
from core.people import email_addresses


def _find(uid: UUID) -> Appointment | None:
    found = Appointment.objects.select_related("provider", "service").filter(uid=uid)
    return next(iter(found.order_by()), None)


def own_hold_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view this visitor's own hold, also when it has run out or was booked.

    Anybody else's is 404. One that was given back, or is deleted by now, is given to `_hold_gone`.
    """

    @no_store
    @wraps(view)
    def wrapper(request: HttpRequest, uid: UUID) -> HttpResponse:
        hold = _find(uid)
        if hold is None:
            return _hold_gone(request, wanted_time_in(request.GET), uid)
        if hold.patient_id and not hold.visitor:
            return link_replaced(request)
        if not _owns(request, hold):
            wanted = None if hold.patient_id else wanted_time_in(request.GET)
            if wanted and cookies.key_of(request) is None:
                # The browser has forgotten that it was its own.
                return _hold_gone(request, wanted, uid)
            raise Http404("No such hold")
        if hold.patient_id:
            return redirect(links.handed_page(hold))
        if hold.status == Status.RELEASED and not holds.was_revoked(hold):
            return _hold_gone(request, wanted_time_of(hold), uid)
        return view(request, hold)

    return wrapper


def _owns(request: HttpRequest, hold: Appointment) -> bool:
    return cookies.owns(
        request, hold, proof=returning_patient.address_hash(email_proof_in(request))
    )


def _hold_gone(request: HttpRequest, wanted: WantedTime | None, uid: UUID) -> HttpResponse:
    """The hold is gone: another tab took another time, a while has passed, Back was pressed.

    The page is shown once more, so that the browser can fill in what it remembers; what is sent
    takes the time once more and is asked for a last look.
    """
    if wanted is None or wanted.provider is None:
        return redirect("appointments:choose_state")
    if not wanted.service.active:
        return redirect("appointments:choose_service", wanted.state)
    if request.method == "POST":
        return _retake(request, wanted)
    gone = Appointment(
        uid=uid,
        service=wanted.service,
        state=wanted.state.code,
        provider=wanted.provider,
        starts_at=wanted.starts_at,
        ends_at=wanted.starts_at + wanted.service.length,
        zone=wanted.state.zone_for(str(shown_zone(request, wanted.state))),
        price_cents=wanted.service.price_cents,
    )
    return details_page(request, gone)


def _retake(request: HttpRequest, wanted: WantedTime) -> HttpResponse:
    """Take the time of a hold that is gone, for the form that was sent for it."""
    if returning_patient.is_missing(wanted.service, email_proof_in(request)):
        return ask_for_proof(wanted.state, wanted.service, wanted.provider)
    key = cookies.key_of(request) or cookies.new_key()
    typed = typed_details(request)
    hold = hold_time(request, wanted, key, typed)
    if isinstance(hold, HttpResponse):
        return hold
    response = details_page(request, hold, initial=typed, retaken=bool(typed))
    cookies.remember(response, key)
    return response


def details_path(hold: Appointment) -> str:
    """Return where its details page is; what follows the path outlives the hold."""
    return reverse("appointments:details", args=[hold.uid]) + details_query(hold)


def release_own_hold(request: HttpRequest, uid: str) -> None:
    """Release the visitor's own hold, where that is one."""
    with suppress(ValueError):
        hold = _find(UUID(uid))
        if hold and _owns(request, hold):
            holds.release(hold)


@require_http_methods(["GET", "HEAD", "POST"])
@own_hold_required
def details(request: HttpRequest, hold: Appointment) -> HttpResponse:
    """Ask about the patient; a POST that is complete books the visit."""
    if holds.was_revoked(hold):
        nearest = rules.nearest_slots(hold.service, hold.state, hold.starts_at)
        return _slot_taken(request, hold, TimeClosed(nearest))
    if request.method != "POST":
        return details_page(request, hold)
    form = DetailsForm(request.POST, hold=hold, texts=ConsentText.current())
    if not form.is_valid():
        return details_page(request, hold, form=form)
    if not returning_patient.fits(
        hold.service, email_proof_in(request), form.cleaned_data["email"]
    ):
        form.add_error("email", _("Please use the address that we sent the link to."))
        return details_page(request, hold, form=form)
    address = email_addresses.mailbox(form.cleaned_data["email"])
    refused = limit_page(request, "bookings", address=address)
    if refused:
        return refused
    return _book(request, hold, form)


def _book(request: HttpRequest, hold: Appointment, form: DetailsForm) -> HttpResponse:
    try:
        appointment = visits.book(
            hold=hold,
            details=form.details(page="appointments:details"),
            proved=returning_patient.is_of(email_proof_in(request), form.cleaned_data["email"]),
        )
    except HoldGone:
        return _retake(request, wanted_time_of(hold))
    except BookingRests:
        return booking_paused(request, hold.place, hold.service)
    except SlotTaken as error:
        return _slot_taken(request, hold, error)
    return redirect(links.handed_page(appointment))


def _slot_taken(request: HttpRequest, hold: Appointment, error: SlotTaken) -> HttpResponse:
    typed = typed_details(request)
    return slot_taken(request, hold.service, hold.place, hold.starts_at, error, typed=typed)


def details_page(
    request: HttpRequest,
    hold: Appointment,
    *,
    form: DetailsForm | None = None,
    initial: dict | None = None,
    cannot_extend: bool = False,
    retaken: bool = False,
) -> HttpResponse:
    """Return the form about the patient; `cannot_extend` says that the time is kept no longer,
    `retaken` that it was given back and is kept once more."""
    if form is None:
        initial = initial_zone(request, hold.place) | (initial or {})
        form = DetailsForm(initial=initial, hold=hold, texts=ConsentText.current())
    until = hold.held_until if hold.status == Status.HELD else None
    left = max(0, int((until - database_time.now()).total_seconds())) if until else 0
    already = first_visits.booked_in_this_browser(hold)
    context = {
        "hold": hold,
        "already": already,
        "already_url": already and links.handed_page(already, "visit"),
        "address": details_path(hold),
        "retaken": retaken,
        "form": form,
        "seconds_left": left,
        "seconds_in_all": max(left, int(HOLD_FOR.total_seconds())),
        "has_run_out": left == 0,
        "is_short": _is_short(hold),
        "cannot_extend": cannot_extend,
    }
    return render(request, "appointments/details.html", context)


def _is_short(hold: Appointment) -> bool:
    """Whether it was taken under pressure, and so is kept for three minutes and no more."""
    return hold.held_until is not None and hold.held_until - hold.created < HOLD_FOR / 2


@require_http_methods(["GET", "HEAD", "POST"])
@own_hold_required
def extend(request: HttpRequest, hold: Appointment) -> HttpResponse:
    """Ten more minutes, once, on a calm day; what was typed so far stays in the form."""
    if request.method != "POST":
        return redirect(details_path(hold))
    extended = holds.extend(hold)
    hold = _find(hold.uid) or hold
    return details_page(request, hold, initial=request.POST.dict(), cannot_extend=not extended)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Go back to the times: the one that was held is free again at once."""
    hold = _find(uid)
    if hold is None:
        return redirect("appointments:choose_state")
    if not _owns(request, hold):
        raise Http404("No such hold")
    if request.method == "POST":
        holds.release(hold)
    return redirect("appointments:choose_time", hold.place, hold.service.slug)


@require_safe
@visit_link_required(Purpose.DONE)
def done(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Return the page after booking, which the browser that booked can open for an hour."""
    appointment, status = link.appointment, shown_status(link)
    if status not in (Status.BOOKED, Status.HELD):
        return redirect(link.page())
    context = {
        "appointment": appointment,
        "link": link,
        "status": status,
        "must_confirm": status == Status.HELD,
        "visits_without_confirmation": visits_without_confirmation(link),
        "calendar": link.page("calendar"),
        "visit": link.page(),
    }
    return render(request, "appointments/done.html", context)
