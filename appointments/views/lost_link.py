"""Mailing the visits of an address once more, for a patient who has lost the link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from appointments.emails import link_emails
from appointments.forms.email_address import AddressForm
from core.guard.limit_pages import limit_page
from core.guard.no_store import no_store
from core.people import email_addresses


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def lost_link(request: HttpRequest) -> HttpResponse:
    """Mail an address its upcoming visits. Every address gets the same answer."""
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "appointments/lost_link.html", {"form": form})
    email = form.cleaned_data["email"]
    refused = limit_page(request, "links", address=email_addresses.mailbox(email))
    if refused:
        return refused
    link_emails.my_visits(email)
    return render(request, "appointments/lost_link_sent.html", {"email": email})
