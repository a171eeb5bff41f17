"""Who may open a page of the portal, and whose visits it may show."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.models import Appointment
from appointments.models.appointment_status import AppointmentQuerySet
from core.database import database_time
from core.guard.no_store import no_store
from core.validation.primary_keys import parse_key
from portal.models import PatientAccount
from portal.requests import PortalRequest
from portal.sign_in import sessions

View = Callable[..., HttpResponse]
FRESH_FOR = timedelta(minutes=15)


def current_account(request: HttpRequest) -> PatientAccount | None:
    """Return whose place this browser is signed in to; None where it is to none. Asked once."""
    if not hasattr(request, "account"):
        request.account = sessions.current(request)  # type: ignore[attr-defined]
    found: PatientAccount | None = request.account  # type: ignore[attr-defined]
    return found


def account_required(view: View) -> View:
    """Give a view `request.account`, or lead to the door, which leads back here.

    No cache keeps what the view answers, so that Back after leaving asks at the door. What is not
    there, or another's, is a page with the menu.
    """

    @no_store
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if current_account(request) is None:
            return to_the_door(request)
        try:
            return view(request, *args, **kwargs)
        except Http404:
            return render(request, "portal/not_found.html", status=404)

    return wrapper


def to_the_door(request: HttpRequest) -> HttpResponse:
    """Lead to the door; from there back to this page, where it was only looked at."""
    door = reverse("portal:sign_in")
    if request.method in ("GET", "HEAD"):
        door += f"?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": door})
    return redirect(door)


def fresh_sign_in_required(view: View) -> View:
    """Lead who signed in a while ago to the door once more, before what opens the place for good.

    So whoever finds a phone lying open adds no passkey or address of their own.
    """

    @account_required
    @wraps(view)
    def wrapper(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if database_time.now() - request.account.device.signed_in_at < FRESH_FOR:
            return view(request, *args, **kwargs)
        messages.info(request, _("Please sign in once more before you change this."))
        place = urlencode({"next": reverse("portal:devices"), "again": 1})
        return redirect(f"{reverse('portal:sign_in')}?{place}")

    return wrapper


def appointments_of(request: HttpRequest) -> AppointmentQuerySet:
    """Return the visits that whoever is signed in may see."""
    account = current_account(request)
    pks = account.record_pks if account else []
    return Appointment.objects.filter(patient_id__in=pks, erased_at=None)


def appointment_of(request: HttpRequest, number: Any) -> Appointment:
    """Return the visit of this number, with its provider, service and patient.

    Raises Http404 for what there is not, and for another's alike.
    """
    visits = appointments_of(request).select_related("provider", "service", "patient")
    found = visits.filter(pk=parse_key(number) or 0).first()
    if found is None:
        raise Http404("No such visit")
    return found
