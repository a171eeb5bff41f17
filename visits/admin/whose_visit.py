"""The appointment whose visit somebody of the staff asks for, if they may hold it."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from appointments.models import Appointment
from core.staff.models import User
from core.validation.primary_keys import parse_key
from visits.who_conducts import may_conduct


def appointment_or_404(request: HttpRequest, key: object) -> Appointment:
    """Return the appointment that this person may hold. Raises Http404 and PermissionDenied."""
    visible = Appointment.objects.visits().visible_to(request.user)
    rows = visible.select_related("provider", "service", "patient")
    appointment = rows.filter(pk=parse_key(str(key)) or 0).first()
    if appointment is None:
        raise Http404("No such visit")
    if not may_conduct(request.user, appointment):
        raise PermissionDenied
    return appointment


def user_of(request: HttpRequest) -> User:
    """Return who is signed in: the admin lets nobody else in."""
    return cast(User, request.user)
