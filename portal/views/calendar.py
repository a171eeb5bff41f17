"""The addresses for a patient's own calendar programs, and what these read there."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.calendars import feed_files
from core.database import database_time
from core.validation.primary_keys import parse_key
from portal.access import account_required
from portal.calendar import subscriptions
from portal.requests import PortalRequest

# The address that was just made lies here until the page has shown it, once.
NEW = "new-calendar-address"


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def calendar(request: PortalRequest) -> HttpResponse:
    """List the addresses; a POST makes another."""
    if request.method == "POST":
        try:
            request.session[NEW] = subscriptions.make(request.account)
        except subscriptions.TooMany:
            messages.error(request, _("You have as many as there can be. Stop one first."))
        return redirect("portal:calendar")
    address = request.session.pop(NEW, "") if request.method == "GET" else ""
    context = {
        "address": address,
        # Opens the calendar program of a phone or a computer, where there is one.
        "program_address": urlsplit(address)._replace(scheme="webcal").geturl() if address else "",
        "subscriptions": request.account.calendar_subscriptions.all(),
        "most": subscriptions.MOST,
    }
    return render(request, "portal/calendar.html", context)


@require_POST
@account_required
def revoke(request: PortalRequest) -> HttpResponse:
    """Revoke the address that was chosen."""
    if subscriptions.revoke(request.account, parse_key(request.POST.get("stop", "")) or 0):
        messages.success(request, _("That calendar gets nothing from us any more."))
    return redirect("portal:calendar")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the visits as a calendar, to whoever has the address."""
    found = subscriptions.find(token)
    if found is None:
        raise Http404("No such calendar")
    return feed_files.answer(request, subscriptions.listing(found, database_time.now()))
