"""The parts of the clinician's page of a visit: each is posted by itself and shown in place."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from appointments.models import Appointment
from core.staff.audit import disclosures
from visits.admin.whose_visit import appointment_or_404

Panel = Callable[[HttpRequest, Appointment], HttpResponse]
View = Callable[[HttpRequest, int], HttpResponse]


def panel_view(view: Panel) -> View:
    """Serve a POST of one part, for whoever may hold the visit. What it shows is of that visit."""

    @wraps(view)
    def wrapper(request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return disclosures.declare_none(HttpResponseNotAllowed(["POST"]))
        appointment = appointment_or_404(request, pk)
        return disclosures.declare(view(request, appointment), [appointment])

    return wrapper
