"""The page of who would book while patients have booked as much within an hour as staff allow."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from appointments.models import Service
from appointments.scheduling.states import State
from core.guard import sessionless_form


def booking_paused(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    """Return it (429), with the waitlist for that visit; what was typed can be sent once more."""
    context = {
        "state": state,
        "service": service,
        "sent": sessionless_form.sent_values(request),
    }
    response = render(request, "appointments/booking_paused.html", context, status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response
