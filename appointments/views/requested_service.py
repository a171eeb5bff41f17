"""What an address asks for, which may be of yesterday: a kind of visit, and with whom.

An old page or bookmark never ends in a 404: it leads to what can be booked now.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from appointments.models import Provider, Service
from appointments.scheduling import availability
from appointments.scheduling.states import State

CLOSED = "closed"  # in the query of the page of services: the one that was asked for is
View = Callable[..., HttpResponse]


def of_service(view: View) -> View:
    """Give a view the service of its address; one that cannot be booked leads to those that can."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, state: State, service: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        found = get_object_or_404(Service, slug=service)
        if not found.active:
            return redirect(services_instead(state))
        return view(request, state, found, *args, **kwargs)

    return wrapper


def services_instead(state: State) -> str:
    """Return the page of services, saying that the one that was asked for is closed."""
    return f"{reverse('appointments:service', args=[state])}?{CLOSED}=1"


def lead_to(path: str) -> HttpResponse:
    """Return a fragment that takes its whole page elsewhere; without a script it is a link."""
    text = _("This page is a little old. Please go on here.")
    link = format_html('<p role="status"><a href="{}">{}</a></p>', path, text)
    return HttpResponse(link, headers={"HX-Redirect": path})


def asked_slug(request: HttpRequest) -> str:
    return request.POST.get("with") or request.GET.get("with", "")


def asked_provider(request: HttpRequest, providers: Sequence[Provider]) -> Provider | None:
    """Return the one of these who is asked for; None for anyone, and who cannot be booked now."""
    slug = asked_slug(request)
    return next((provider for provider in providers if provider.slug == slug), None)


def is_gone(request: HttpRequest, provider: Provider | None) -> bool:
    """Whether somebody is asked for and `asked_provider` did not find them."""
    return provider is None and bool(asked_slug(request))


def bookable_provider(request: HttpRequest, service: Service, state: str) -> Provider | None:
    """Return the one that is asked for. For whoever is free nobody has to be read here."""
    if not asked_slug(request):
        return None
    return asked_provider(request, availability.candidates(service, state))
