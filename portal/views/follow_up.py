"""Booking the next visit from the last one: its times with the same provider, and one tap."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments.booking.patients import AtTheSameTime
from appointments.booking.rules import BookingRests, SlotTaken, TooYoung
from appointments.forms.slots import SlotForm
from appointments.forms.waitlist import AgreeForm
from appointments.models import Service
from appointments.views.booking_paused import booking_paused
from appointments.views.choose_slot import shown_grid, times_context
from appointments.views.requested_service import bookable_provider
from appointments.views.slot_taken import slot_taken
from core.database import database_time
from core.guard.limit_pages import over_limit_page
from portal import follow_up as workflow
from portal.account_links import AccountVisitLink, visit_page
from portal.requests import PortalRequest
from portal.views.own_pages import visit_of_account

TEMPLATE, AGREE_TEMPLATE = "portal/follow_up.html", "portal/follow_up_agree.html"
ASKED = "asked"  # sent by the page that asks about texts


@require_http_methods(["GET", "HEAD", "POST"])
@visit_of_account
def follow_up(request: PortalRequest, link: AccountVisitLink) -> HttpResponse:
    """Show when the provider has time again; a POST books the chosen time."""
    service = workflow.service_after(link.appointment)
    if service is None:
        return redirect("appointments:choose_service", link.appointment.place)
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request, link, service))
    return _book(request, link, service)


@require_safe
@visit_of_account
def times_fragment(request: PortalRequest, link: AccountVisitLink) -> HttpResponse:
    """Return the part of the page that changes with the day and the provider, for htmx."""
    service = workflow.service_after(link.appointment)
    if service is None:
        raise Http404("Nothing follows this visit")
    context = _context(request, link, service)
    return render(request, "appointments/_times_fragment.html", context)


def _book(request: PortalRequest, link: AccountVisitLink, service: Service) -> HttpResponse:
    form = SlotForm(request.POST)
    context = _context(request, link, service)
    agree = context["agree"]
    if not form.is_valid():
        context["error"] = _("Please choose one of the times.")
        return render(request, TEMPLATE, context, status=400)
    if agree.fields and not agree.is_valid():
        return _ask_to_agree(request, context, form)
    refused = over_limit_page(request, "bookings")
    if refused:
        return refused
    visit, starts_at = link.appointment, form.cleaned_data["slot"]
    provider = bookable_provider(request, service, visit.state)
    try:
        booked = workflow.book(link, service, provider, starts_at)
    except AtTheSameTime:
        context["error"] = _("You have another visit at that time. Please choose another.")
    except TooYoung:
        context["error"] = _("This visit cannot be booked online. Please call us.")
    except BookingRests:
        return booking_paused(request, visit.place, service)
    except SlotTaken as error:
        page = reverse("portal:follow_up", args=[visit.pk])
        return slot_taken(
            request,
            service,
            visit.place,
            starts_at,
            error,
            zone=visit.patient_zone,
            action=page,
        )
    else:
        # nosemgrep: redirect-to-what-a-visitor-says  (our own path to the new visit)
        return redirect(visit_page(booked) + "?just=booked")
    return render(request, TEMPLATE, context, status=409)


def _ask_to_agree(request: PortalRequest, context: dict[str, Any], form: SlotForm) -> HttpResponse:
    """Return the page that asks about the texts that have changed, before the time is booked."""
    visit = context["appointment"]
    context["chosen"] = form.cleaned_data["slot"].astimezone(visit.patient_zone)
    context["with_whom"] = request.POST.get("with", "")
    return render(
        request, AGREE_TEMPLATE, context, status=400 if context["agree"].is_bound else 200
    )


def _context(request: PortalRequest, link: AccountVisitLink, service: Service) -> dict[str, Any]:
    visit, now = link.appointment, database_time.now()
    context = times_context(
        request,
        shown_grid(request, service, visit.state, now),
        visit.place,
        service,
        now=now,
        page=reverse("portal:follow_up", args=[visit.pk]),
        fragment=reverse("portal:follow_up_times", args=[visit.pk]),
        zone=visit.patient_zone,
    )
    patient = visit.patient
    agreed = workflow.agreed(patient, email=patient.email) if patient else None
    sent = request.POST if ASKED in request.POST else None
    return context | {
        "appointment": visit,
        "link": link,
        "agree": AgreeForm(sent, texts=agreed.asks if agreed else []),
    }
