"""The pages of visits and places on the waitlist, for whoever is signed in.

They are those of the private links, reached in another way.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from core.validation.primary_keys import parse_key
from portal.access import account_required, appointment_of
from portal.account_links import AccountPlaceLink, AccountVisitLink, places_of
from portal.requests import PortalRequest

View = Callable[..., HttpResponse]


def visit_of_account(view: View) -> View:
    """Give a page of a visit's private link the visit of the address instead; else 404."""

    @account_required
    @wraps(view)
    def wrapper(request: PortalRequest, number: int, **rest: Any) -> HttpResponse:
        appointment = appointment_of(request, number)
        return view(request, AccountVisitLink(appointment, request.account), **rest)

    return wrapper


def place_of_account(view: View) -> View:
    """Give a page of a place's private link the place of the address instead; else 404."""

    @account_required
    @wraps(view)
    def wrapper(request: PortalRequest, number: int) -> HttpResponse:
        own = places_of(request.account).select_related("service", "provider", "appointment")
        entry = own.filter(pk=parse_key(number) or 0).first()
        if entry is None:
            raise Http404("No such place")
        return view(request, AccountPlaceLink(entry, request.account))

    return wrapper
