"""Booking from the hold on: the patient's details, more time, giving it back, done."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments import booking, links, proofs, visitors
from appointments.forms import DetailsForm
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment, ConsentText, Status
from appointments.views.proof import proof_of
from appointments.views.refusing import refusal, rests
from appointments.views.taken import crowded, taken
from appointments.views.visit import most_before_asking, of_visit, replaced, shown_status
from appointments.views.zone import unanswered
from curednation.compiled import Asked, Compiled
from curednation.guard import addresses
from curednation.guard.private import private

HOLD = Compiled(
    lambda: (
        Appointment.objects.select_related("provider", "service")
        .filter(uid=Asked("uid"))
        .order_by()
    )
)


def of_hold(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view this visitor's own hold, also when it has run out or was booked.

    Anybody else's is 404. One that is deleted by now leads to where booking begins.
    """

    @private
    @wraps(view)
    def wrapper(request: HttpRequest, uid: UUID) -> HttpResponse:
        hold = HOLD.first(uid=uid)
        if hold is None:
            return redirect("appointments:state")
        if hold.patient_id and not hold.visitor:
            return replaced(request)
        if not visitors.owns(request, hold, proof=proofs.address_hash(proof_of(request))):
            raise Http404("No such hold")
        return view(request, hold)

    return wrapper


@require_http_methods(["GET", "HEAD", "POST"])
@of_hold
def details(request: HttpRequest, hold: Appointment) -> HttpResponse:
    if hold.patient_id:
        return redirect(links.handed_page(hold))
    if booking.was_withdrawn(hold):
        nearest = booking.nearest(hold.service, hold.state, hold.starts_at)
        return _taken(request, hold, booking.TimeClosed(nearest))
    if hold.status == Status.RELEASED:
        return redirect("appointments:times", hold.place, hold.service.slug)
    if request.method != "POST":
        return details_page(request, hold)
    form = DetailsForm(request.POST, hold=hold, texts=ConsentText.current())
    if not form.is_valid():
        return details_page(request, hold, form=form)
    if not proofs.fits(hold.service, proof_of(request), form.cleaned_data["email"]):
        form.add_error("email", _("Please use the address that we sent the link to."))
        return details_page(request, hold, form=form)
    address = addresses.mailbox(form.cleaned_data["email"])
    refused = refusal(request, "bookings", address=address)
    if refused:
        return refused
    return _book(request, hold, form)


def _book(request: HttpRequest, hold: Appointment, form: DetailsForm) -> HttpResponse:
    try:
        appointment = booking.book(
            hold=hold,
            details=form.details(page="appointments:details"),
            proved=proofs.is_of(proof_of(request), form.cleaned_data["email"]),
        )
    except booking.HoldGone:
        return redirect("appointments:times", hold.place, hold.service.slug)
    except booking.BookingRests:
        return rests(request, state=hold.place, service=hold.service)
    except booking.OnlyWithProof as error:
        return crowded(
            request,
            hold.service,
            hold.place,
            hold.starts_at,
            error.nearest,
            typed=_typed(request, hold),
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
        typed=_typed(request, hold),
        closed=isinstance(error, booking.TimeClosed),
    )


def _typed(request: HttpRequest, hold: Appointment) -> dict[str, str]:
    asked = DetailsForm(hold=hold, texts=ConsentText.current()).fields
    return {name: request.POST[name] for name in asked if name in request.POST}


def details_page(
    request: HttpRequest,
    hold: Appointment,
    *,
    form: DetailsForm | None = None,
    initial: dict | None = None,
    no_more: bool = False,
) -> HttpResponse:
    """The form about the patient; with `no_more` it says that the time is kept no longer."""
    if form is None:
        initial = unanswered(request, hold.place) | (initial or {})
        form = DetailsForm(initial=initial, hold=hold, texts=ConsentText.current())
    left = max(0, int((hold.held_until - timezone.now()).total_seconds())) if hold.held_until else 0
    context = {
        "hold": hold,
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
def prolong(request: HttpRequest, hold: Appointment) -> HttpResponse:
    """Ten more minutes, once, on a calm day; what was typed so far stays in the form."""
    if request.method != "POST" or hold.patient_id:
        return redirect("appointments:details", hold.uid)
    prolonged = booking.prolong(hold)
    hold.refresh_from_db()
    return details_page(request, hold, initial=request.POST.dict(), no_more=not prolonged)


@require_http_methods(["GET", "HEAD", "POST"])
@of_hold
def release(request: HttpRequest, hold: Appointment) -> HttpResponse:
    """The patient goes back to the times: theirs is free again at once."""
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
