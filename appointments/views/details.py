"""Booking from the hold on: the patient's details, more time, giving it back, done."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments import booking, cookies, links
from appointments.booking import returning_patient
from appointments.forms.booking import DetailsForm
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment, ConsentText, Status
from appointments.views.appointment import most_before_asking, of_visit, replaced, shown_status
from appointments.views.email_proof import proof_of
from appointments.views.hold_slot import Wish, query_of, take, typed_in, wish_in, wish_of
from appointments.views.rate_limited import refusal, rests
from appointments.views.slot_taken import crowded, taken
from appointments.views.time_zone import shown_zone, unanswered
from core.guard.no_store import no_store
from core.people import email_addresses


def _hold(uid: UUID) -> Appointment | None:
    """Return the hold, or the visit that it became, whoever asks."""
    return Appointment.objects.select_related("provider", "service").filter(uid=uid).first()


def of_hold(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view this visitor's own hold, also when it has run out or was booked.

    Anybody else's is 404. One that was given back, or is deleted by now, is given to `_lost`.
    """

    @no_store
    @wraps(view)
    def wrapper(request: HttpRequest, uid: UUID) -> HttpResponse:
        hold = _hold(uid)
        if hold is None:
            return _lost(request, wish_in(request.GET), uid)
        if hold.patient_id and not hold.visitor:
            return replaced(request)
        if not _owns(request, hold):
            wish = None if hold.patient_id else wish_in(request.GET)
            if wish and cookies.key_of(request) is None:
                return _lost(request, wish, uid)  # the browser has forgotten that it was its own
            raise Http404("No such hold")
        if hold.patient_id:
            return redirect(links.handed_page(hold))
        if hold.status == Status.RELEASED and not booking.was_revoked(hold):
            return _lost(request, wish_of(hold), uid)
        return view(request, hold)

    return wrapper


def _owns(request: HttpRequest, hold: Appointment) -> bool:
    return cookies.owns(request, hold, proof=returning_patient.address_hash(proof_of(request)))


def _lost(request: HttpRequest, wish: Wish | None, uid: UUID) -> HttpResponse:
    """The hold is gone: another tab took another time, a while has passed, Back was pressed.

    The page is shown once more, so that the browser can fill in what it remembers; what is sent
    takes the time once more and is asked for a last look.
    """
    if wish is None or wish.provider is None:
        return redirect("appointments:state")
    if not wish.service.active:
        return redirect("appointments:service", wish.state)
    if request.method == "POST":
        return _retake(request, wish)
    gone = Appointment(
        uid=uid,
        service=wish.service,
        state=wish.state.code,
        provider=wish.provider,
        starts_at=wish.starts_at,
        ends_at=wish.starts_at + wish.service.length,
        zone=wish.state.zone_for(str(shown_zone(request, wish.state))),
        price_cents=wish.service.price_cents,
    )
    return details_page(request, gone)


def _retake(request: HttpRequest, wish: Wish) -> HttpResponse:
    """Take the time of a hold that is gone, for the form that was sent for it."""
    if returning_patient.is_missing(wish.service, proof_of(request)):
        return redirect("appointments:proof", wish.state, wish.service.slug)
    key = cookies.key_of(request) or cookies.new_key()
    typed = typed_in(request)
    hold = take(request, wish, key, typed)
    if isinstance(hold, HttpResponse):
        return hold
    response = details_page(request, hold, initial=typed, again=bool(typed))
    cookies.remember(response, key)
    return response


def details_address(hold: Appointment) -> str:
    """Return where its details page is; what follows the path outlives the hold."""
    return reverse("appointments:details", args=[hold.uid]) + query_of(hold)


def give_back(request: HttpRequest, uid: str) -> None:
    """Release the visitor's own hold, where that is one."""
    with suppress(ValueError):
        hold = _hold(UUID(uid))
        if hold and _owns(request, hold):
            booking.release(hold)


@require_http_methods(["GET", "HEAD", "POST"])
@of_hold
def details(request: HttpRequest, hold: Appointment) -> HttpResponse:
    if booking.was_revoked(hold):
        nearest = booking.nearest_slots(hold.service, hold.state, hold.starts_at)
        return _taken(request, hold, booking.TimeClosed(nearest))
    if request.method != "POST":
        return details_page(request, hold)
    form = DetailsForm(request.POST, hold=hold, texts=ConsentText.current())
    if not form.is_valid():
        return details_page(request, hold, form=form)
    if not returning_patient.fits(hold.service, proof_of(request), form.cleaned_data["email"]):
        form.add_error("email", _("Please use the address that we sent the link to."))
        return details_page(request, hold, form=form)
    address = email_addresses.mailbox(form.cleaned_data["email"])
    refused = refusal(request, "bookings", address=address)
    if refused:
        return refused
    return _book(request, hold, form)


def _book(request: HttpRequest, hold: Appointment, form: DetailsForm) -> HttpResponse:
    try:
        appointment = booking.book(
            hold=hold,
            details=form.details(page="appointments:details"),
            proved=returning_patient.is_of(proof_of(request), form.cleaned_data["email"]),
        )
    except booking.HoldGone:
        return _retake(request, wish_of(hold))
    except booking.BookingRests:
        return rests(request, state=hold.place, service=hold.service)
    except booking.OnlyWithProof as error:
        return crowded(
            request,
            hold.service,
            hold.place,
            hold.starts_at,
            error.nearest,
            typed=typed_in(request),
        )
    except booking.SlotTaken as error:
        return _taken(request, hold, error)
    return redirect(links.handed_page(appointment))


def _taken(request: HttpRequest, hold: Appointment, error: booking.SlotTaken) -> HttpResponse:
    return taken(
        request,
        hold.service,
        hold.place,
        hold.starts_at,
        error.nearest,
        typed=typed_in(request),
        closed=isinstance(error, booking.TimeClosed),
    )


def details_page(
    request: HttpRequest,
    hold: Appointment,
    *,
    form: DetailsForm | None = None,
    initial: dict | None = None,
    no_more: bool = False,
    again: bool = False,
) -> HttpResponse:
    """The form about the patient; with `no_more` it says that the time is kept no longer, with
    `again` that it was given back and is kept once more."""
    if form is None:
        initial = unanswered(request, hold.place) | (initial or {})
        form = DetailsForm(initial=initial, hold=hold, texts=ConsentText.current())
    until = hold.held_until if hold.status == Status.HELD else None
    left = max(0, int((until - timezone.now()).total_seconds())) if until else 0
    context = {
        "hold": hold,
        "address": details_address(hold),
        "again": again,
        "form": form,
        "seconds_left": left,
        "seconds_in_all": max(left, int(booking.HOLD_FOR.total_seconds())),
        "has_run_out": left == 0,
        "is_short": _is_short(hold),
        "no_more": no_more,
    }
    return render(request, "appointments/details.html", context)


def _is_short(hold: Appointment) -> bool:
    """Whether it was taken under pressure, and so is kept for three minutes and no more."""
    return hold.held_until is not None and hold.held_until - hold.created < booking.HOLD_FOR / 2


@require_http_methods(["GET", "HEAD", "POST"])
@of_hold
def extend(request: HttpRequest, hold: Appointment) -> HttpResponse:
    """Ten more minutes, once, on a calm day; what was typed so far stays in the form."""
    if request.method != "POST":
        return redirect(details_address(hold))
    extended = booking.extend(hold)
    hold = _hold(hold.uid) or hold
    return details_page(request, hold, initial=request.POST.dict(), no_more=not extended)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The patient goes back to the times: theirs is free again at once."""
    hold = _hold(uid)
    if hold is None:
        return redirect("appointments:state")
    if not _owns(request, hold):
        raise Http404("No such hold")
    if request.method == "POST":
        booking.release(hold)
    return redirect("appointments:times", hold.place, hold.service.slug)


@require_safe
@of_visit(Purpose.DONE)
def done(request: HttpRequest, link: VisitLink) -> HttpResponse:
    appointment, status = link.appointment, shown_status(link)
    if status not in (Status.BOOKED, Status.HELD):
        return redirect(link.page())
    context = {
        "appointment": appointment,
        "must_confirm": status == Status.HELD,
        "most_before_asking": most_before_asking(link),
        "calendar": link.page("calendar"),
        "visit": link.page(),
    }
    return render(request, "appointments/done.html", context)
