"""Send my visits: for a patient who has lost the link. The same answer for every address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from appointments import emails
from appointments.forms.booking import AddressForm
from appointments.views.rate_limited import refusal
from core.guard.no_store import no_store
from core.people import email_addresses


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def lost_link(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "appointments/lost_link.html", {"form": form})
    email = form.cleaned_data["email"]
    refused = refusal(request, "links", address=email_addresses.mailbox(email))
    if refused:
        return refused
    emails.my_visits(email)
    return render(request, "appointments/lost_link_sent.html", {"email": email})
