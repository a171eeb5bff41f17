"""How the pages of patients refuse: too often, or only after a little work."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.guard import proof_of_work, rate_limits, sessionless_form
from core.guard.client_ip import client_network


def within_limit(request: HttpRequest, rule: str, *who: str) -> bool:
    """Count this request against `rule`, for `who` or else for the visitor's network."""
    return rate_limits.allow(rule, *(who or (client_network(request),)))


def refusal(request: HttpRequest, rule: str, *, address: str = "") -> HttpResponse | None:
    """None when this network may do what `rule` limits; otherwise the page that it gets."""
    return over_limit(request, rule) or without_effort(request, rule, address=address)


def over_limit(request: HttpRequest, rule: str) -> HttpResponse | None:
    """The page of too many tries, where this network is over the limit."""
    return too_many(request) if sessionless_form.is_over_limit(request, rule) else None


def without_effort(
    request: HttpRequest, rule: str, *, address: str = "", level: int = 0
) -> HttpResponse | None:
    """The page that asks for a little effort, where it is due and was not made.

    It is near the limit, when everybody together does a lot, when a field is filled that no person
    sees, or much is done with one e-mail address: no more than effort, so that no stranger can lock
    its owner out. From `level` 1 on everybody is asked, for effort of that level at least.
    """
    if sessionless_form.needs_proof_of_work(request, rule, address=address, always=level > 0):
        return _ask_for_effort(request, rule, level)
    return None


def _ask_for_effort(request: HttpRequest, rule: str, level: int) -> HttpResponse:
    """A page that sends the same form again by itself, once the browser has done its work."""
    context = {
        "sent": sessionless_form.sent_values(request),
        "asked": proof_of_work.create_challenge(request, rule, level=level),
    }
    return render(request, "appointments/effort.html", context, status=429)


def too_many(request: HttpRequest) -> HttpResponse:
    """What was typed is kept to be sent once more."""
    sent = [
        pair
        for pair in sessionless_form.sent_values(request)
        if pair[0] != sessionless_form.HONEYPOT
    ]
    response = render(request, "appointments/too_many.html", {"sent": sent}, status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response


def rests(request: HttpRequest, **about: Any) -> HttpResponse:
    """Patients have booked as much within an hour as staff allow. What was typed is kept to be
    sent once more; `about` may name `state` and `service`, for the waitlist."""
    context = about | {"sent": sessionless_form.sent_values(request)}
    response = render(request, "appointments/rests.html", context, status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response
