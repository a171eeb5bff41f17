"""The parts of the clinician's page of a visit: each is posted by itself and shown in place."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from appointments.models import Appointment
from appointments.templatetags.appointments import clock
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key
from visits.admin.whose_visit import appointment_or_404, user_of
from visits.models.notes import VisitNote, VisitSummary

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


def saved_by(request: HttpRequest) -> dict[str, Any]:
    """Return which save the page follows, and whose it is."""
    return {"saves": parse_key(request.POST.get("saves", "")), "by": user_of(request)}


def kept(row: VisitNote | VisitSummary) -> JsonResponse:
    """Answer a page that saves by itself; nothing is kept where nothing was typed."""
    at = clock(timezone.localtime(row.saved_at)) if row.pk else ""
    return JsonResponse({"saves": row.saves, "kept": at})


def said_elsewhere(row: VisitNote | VisitSummary) -> str:
    """Return who has saved it on another page meanwhile, and what to do."""
    return _(
        "%(who)s saved this text on another page at %(clock)s. Copy what you typed here, and open "
        "this page anew."
    ) % {"who": row.author, "clock": clock(timezone.localtime(row.saved_at))}
