"""What an address asks for, which may be of yesterday: a kind of visit, and with whom.

An old page or bookmark never ends in a 404: it leads to what can be booked now.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from appointments.models import Provider, Service
from appointments.scheduling import availability
from appointments.scheduling.states import State

CLOSED = "closed"  # in the query of the page of services: the one that was asked for is
T = TypeVar("T")
View = Callable[..., HttpResponse]


def service_required(view: View) -> View:
    """Give a view the service of its address; one that cannot be booked leads to those that can."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, state: State, service: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        found = get_object_or_404(Service, slug=service)
        if not found.active:
            return redirect(closed_service_path(request, state))
        return view(request, state, found, *args, **kwargs)

    return wrapper


def closed_service_path(request: HttpRequest, state: State) -> str:
    """Return the page of services, saying that the one that was asked for is closed."""
    provider = provider_of_address(request)
    asked = {CLOSED: "1"} | ({"with": provider.slug} if provider else {})
    return f"{reverse('appointments:choose_service', args=[state])}?{urlencode(asked)}"


def redirect_fragment(path: str) -> HttpResponse:
    """Return a fragment that takes its whole page elsewhere; without a script it is a link."""
    text = _("This page is a little old. Please go on here.")
    link = format_html('<p role="status"><a href="{}">{}</a></p>', path, text)
    return HttpResponse(link, headers={"HX-Redirect": path})


def _requested_slug(request: HttpRequest) -> str:
    """Return the provider that the form or the address names, by its slug; else nothing."""
    return request.POST.get("with") or request.GET.get("with", "")


def provider_of_address(request: HttpRequest) -> Provider | None:
    """Return whom the address names, before a state and a service are chosen; else None."""
    slug = _requested_slug(request)
    return Provider.objects.active().filter(slug=slug).first() if slug else None


def offered_with(
    request: HttpRequest, find: Callable[[Provider | None], list[T]]
) -> tuple[Provider | None, list[T]]:
    """Return whom the address names, and what `find` says can be booked with them.

    Where that is nothing: None, and what can be booked with anyone.
    """
    provider = provider_of_address(request)
    found = find(provider) if provider else []
    return (provider, found) if found else (None, find(None))


def with_query(provider: Provider | None) -> str:
    """Return "?with=…", so that the next step knows with whom; nothing for anyone."""
    return f"?{urlencode({'with': provider.slug})}" if provider else ""


def requested_provider(request: HttpRequest, providers: Sequence[Provider]) -> Provider | None:
    """Return the one of these who is asked for; None for anyone, and who cannot be booked now."""
    slug = _requested_slug(request)
    return next((provider for provider in providers if provider.slug == slug), None)


def requested_provider_is_gone(request: HttpRequest, provider: Provider | None) -> bool:
    """Whether somebody is asked for and `requested_provider` did not find them."""
    return provider is None and bool(_requested_slug(request))


def bookable_provider(request: HttpRequest, service: Service, state: str) -> Provider | None:
    """Return the one that is asked for. For whoever is free nobody has to be read here."""
    if not _requested_slug(request):
        return None
    return requested_provider(request, availability.candidates(service, state))
