"""The room's page, for a patient and for whoever comes along. To open it changes nothing by itself:
its script asks for the first ticket, and that is knocking.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from appointments.links import Purpose, VisitLink
from appointments.views.appointment import visit_link_required
from visits.models import Guest
from visits.views import call_page
from visits.views.room_policy import CALL, may_use


@require_safe
@may_use(*CALL)
@visit_link_required(Purpose.VISIT)
def room(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Show the patient their room: the line in front of it, and then the call."""
    # A browser that proved no address sits in nobody's visit, and learns nothing of what waits.
    if not link.may_come_in or not link.appointment.takes_place_here:
        return redirect(link.page())
    context = {
        "call": call_page.for_patient(link),
        "appointment": link.appointment,
        "guests_url": link.page("visits:guests"),
    }
    return render(request, "visits/room.html", context)


@may_use(*CALL)
def guest_room(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Show a guest the room, by a link of their own that was looked at before."""
    return render(
        request, "visits/guest_room.html", {"call": call_page.for_guest(guest, request.path)}
    )
