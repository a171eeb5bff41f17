"""By which door somebody came to the payments of one visit: a private link, or their account.

Each page is written once, for a door, and served by both: `guest` and `portal` make views of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from appointments.links import VisitLink
from appointments.models import Appointment, Status
from appointments.views.appointment import link_replaced, shown_status
from core.guard.no_store import no_store
from payments import links
from portal.access import account_required, appointment_of
from portal.account_links import AccountVisitLink
from portal.requests import PortalRequest


@dataclass(frozen=True)
class Door:
    """A link to the visit, private or of an account, and the template around its pages."""

    link: VisitLink
    base: str
    proved: bool  # whether who came stands for the patient: nobody else sees cards and documents

    @property
    def appointment(self) -> Appointment:
        return self.link.appointment

    @property
    def status(self) -> str:
        """Return the visit's status, as whoever came may know it."""
        return shown_status(self.link)

    @property
    def visit_page(self) -> str:
        """Return the path of the visit's page; empty where what led here opens it no more."""
        link = self.link
        return link.visit_page if isinstance(link, links.PaymentLink) else link.page()

    def path(self, name: str = "visit", *more: str) -> str:
        return path_of(self.link, name, *more)


Page = Callable[..., HttpResponse]
EXPECTED = (Status.BOOKED, Status.CHECKED_IN)


def guest(page: Page) -> Page:
    """Serve `page(request, door)` by a private link: 404 for none of ours, 410 for an old one."""

    @no_store
    @wraps(page)
    def view(request: HttpRequest, token: str, **rest: Any) -> HttpResponse:
        link = links.find(token)
        if link is None and links.was_replaced(token):
            return link_replaced(request)
        if link is None:
            raise Http404("No such visit")
        if link.has_ended:
            return render(request, "appointments/link_ended.html", {"link": link}, status=410)
        return page(request, Door(link, "payments/guest.html", link.proved), **rest)

    return view


def portal(page: Page) -> Page:
    """Serve `page(request, door)` inside the patient's account: 404 for another's visit."""

    @account_required
    @wraps(page)
    def view(request: PortalRequest, number: str, **rest: Any) -> HttpResponse:
        link = AccountVisitLink(appointment_of(request, number), request.account)
        return page(request, Door(link, "portal/base.html", link.acts_for_patient), **rest)

    return view


def path_of(link: VisitLink, name: str = "visit", *more: str) -> str:
    """Return the path of the payments of the visit behind a link, reached in the same way."""
    if isinstance(link, AccountVisitLink):
        return reverse(f"payments:my_{name}", args=[link.appointment.pk, *more])
    return links.page(link, name, *more)


def require_proof(door: Door) -> None:
    """Raise Http404 for whoever has proved no address: what this shows is the patient's alone."""
    if not door.proved:
        raise Http404("Not by this link")
