"""How the pages of patients refuse: too often, or only after a little work."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curednation.guard import effort, limits, open_form
from curednation.guard.network import client_network


def within_limit(request: HttpRequest, rule: str, *who: str) -> bool:
    """Count this request against `rule`, for `who` or else for the visitor's network."""
    return limits.allow(rule, *(who or (client_network(request),)))


def refusal(request: HttpRequest, rule: str, *, address: str = "") -> HttpResponse | None:
    """None when this network may do what `rule` limits; otherwise the page that it gets.

    Near the limit, when everybody together does a lot, or much is done with one e-mail address, a
    little effort is asked for: no more, so that no stranger can lock its owner out. A filled field
    that no person sees is a program's: it gets the same page as too many tries.
    """
    if open_form.is_over(request, rule):
        return too_many(request)
    if open_form.needs_effort(request, rule, address=address):
        return _ask_for_effort(request, rule)
    return None


def _ask_for_effort(request: HttpRequest, rule: str) -> HttpResponse:
    """A page that sends the same form again by itself, once the browser has done its work."""
    context = {"sent": open_form.sent_values(request), "asked": effort.asked(request, rule)}
    return render(request, "appointments/effort.html", context, status=429)


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "appointments/too_many.html", status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response
