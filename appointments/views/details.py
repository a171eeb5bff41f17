"""Booking from the hold on: the patient's details, more time, giving it back, done."""

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments import booking, links, proofs, visitors
from appointments.availability import Slot
from appointments.forms import DetailsForm
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment, ConsentText, Status
from appointments.views.proof import proof_of
from appointments.views.refusing import refusal
from appointments.views.taken import taken
from appointments.views.visit import of_visit
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


@require_http_methods(["GET", "HEAD", "POST"])
@private
def details(request: HttpRequest, uid: UUID) -> HttpResponse:
    hold = _own_hold_or_404(request, uid)
    if hold.patient_id:
        return redirect(links.handed_page(hold))
    if booking.was_withdrawn(hold):
        return _taken(request, hold, booking.nearest(hold.service, hold.state, hold.starts_at))
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
        appointment = booking.book(hold=hold, details=form.details(page="appointments:details"))
    except booking.HoldGone:
        return redirect("appointments:times", hold.place, hold.service.slug)
    except booking.SlotTaken as error:
        return _taken(request, hold, error.nearest)
    return redirect(links.handed_page(appointment))


def _taken(request: HttpRequest, hold: Appointment, nearest: Sequence[Slot]) -> HttpResponse:
    asked = DetailsForm(hold=hold, texts=ConsentText.current()).fields
    return taken(
        request,
        hold.service,
        hold.place,
        hold.starts_at,
        nearest,
        typed={name: request.POST[name] for name in asked if name in request.POST},
        closed=booking.was_withdrawn(hold),
    )


def details_page(
    request: HttpRequest,
    hold: Appointment,
    *,
    form: DetailsForm | None = None,
    initial: dict | None = None,
) -> HttpResponse:
    if form is None:
        form = DetailsForm(initial=initial, hold=hold, texts=ConsentText.current())
    left = max(0, int((hold.held_until - timezone.now()).total_seconds())) if hold.held_until else 0
    context = {
        "hold": hold,
        "form": form,
        "seconds_left": left,
        "seconds_in_all": max(left, int(booking.HOLD_FOR.total_seconds())),
        "has_run_out": left == 0,
    }
    return render(request, "appointments/details.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def prolong(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ten more minutes, once; what was typed so far stays in the form."""
    hold = _own_hold_or_404(request, uid)
    if request.method != "POST" or hold.patient_id:
        return redirect("appointments:details", uid)
    booking.prolong(hold)
    hold.refresh_from_db()
    return details_page(request, hold, initial=request.POST.dict())


@require_http_methods(["GET", "HEAD", "POST"])
@private
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The patient goes back to the times: theirs is free again at once."""
    hold = _own_hold_or_404(request, uid)
    if request.method == "POST":
        booking.release(hold)
    return redirect("appointments:times", hold.place, hold.service.slug)


@require_safe
@of_visit(Purpose.DONE)
def done(request: HttpRequest, link: VisitLink) -> HttpResponse:
    appointment = link.appointment
    if appointment.status != Status.BOOKED and not appointment.waits_for_the_patient:
        return redirect(link.page())
    context = {
        "appointment": appointment,
        "calendar": link.page("calendar"),
        "visit": link.page(),
    }
    return render(request, "appointments/done.html", context)


def _own_hold_or_404(request: HttpRequest, uid: UUID) -> Appointment:
    """This visitor's own hold, also when it has run out or was booked; anybody else's is 404."""
    hold = HOLD.first(uid=uid)
    if hold is None or not visitors.owns(request, hold):
        raise Http404("No such hold")
    return hold
