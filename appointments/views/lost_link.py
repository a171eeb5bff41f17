"""Send my visits: for a patient who has lost the link. The same answer for every address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from appointments import notices
from appointments.forms import AddressForm
from appointments.views.refusing import too_many, within_limit
from curednation.guard import addresses
from curednation.guard.private import private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def lost_link(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "appointments/lost_link.html", {"form": form})
    if not within_limit(request, "links"):
        return too_many(request)
    email = form.cleaned_data["email"]
    # Past its own limit the address gets nothing more, and the page says the same.
    if within_limit(request, "links_per_address", addresses.normalised(email)):
        notices.my_visits(email)
    return render(request, "appointments/lost_link_sent.html", {"email": email})
