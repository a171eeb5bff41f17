"""The check of camera and sound before a visit, on the patient's own device, whenever they like."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appointments.links import Purpose, VisitLink
from appointments.views.appointment import shown_status, visit_link_required
from core.guard import rate_limits
from visits import encounter
from visits.device_check import Result
from visits.models.visits import Seat
from visits.views.room_policy import DEVICES, may_use


@require_http_methods(["GET", "HEAD", "POST"])
@may_use(*DEVICES, "autoplay")
@visit_link_required(Purpose.VISIT)
def check(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Show the check; write down what it found, for whoever holds the visit. 204 to what it sends.

    A visit that is over, or takes place by phone or elsewhere, has its own page to say so.
    """
    appointment = link.appointment
    if not appointment.takes_place_here or shown_status(link) not in ("booked", "checked_in"):
        return redirect(link.page())
    if request.method == "POST":
        if not rate_limits.allow("checks", appointment.key):
            return HttpResponse(status=429)
        _note(link, Result.of_form(request.POST))
        return HttpResponse(status=204)
    parts = [
        ("browser", _("Browser")),
        ("camera", _("Camera")),
        ("microphone", _("Microphone")),
        ("sound", _("Sound")),
    ]
    context = {"appointment": appointment, "link": link, "parts": parts}
    return render(request, "visits/check.html", context)


def _note(link: VisitLink, result: Result) -> None:
    kind = "check_passed" if result.passed else "check_failed"
    visit = encounter.open_room(link.appointment)
    encounter.note_event(visit, Seat.PATIENT, kind, result.number)
