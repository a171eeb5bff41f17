"""Send my visits: for a patient who has lost the link. The same answer for every address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from appointments import notices
from appointments.forms import AddressForm
from appointments.views.refusing import refusal
from curednation.guard import addresses
from curednation.guard.private import private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def lost_link(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "appointments/lost_link.html", {"form": form})
    email = form.cleaned_data["email"]
    refused = refusal(request, "links", address=addresses.mailbox(email))
    if refused:
        return refused
    notices.my_visits(email)
    return render(request, "appointments/lost_link_sent.html", {"email": email})
