"""Proof of an address by a mailed link: for services that only returning patients book, and for
whoever would else have to wait while a great many times are taken."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from appointments import cookies
from appointments.booking import returning_patient
from appointments.emails import link_emails
from appointments.forms.email_address import AddressForm
from appointments.models import Provider, Service
from appointments.scheduling.states import State
from appointments.views.requested_service import (
    provider_of_address,
    service_required,
    with_query,
)
from core.guard.limit_pages import limit_page
from core.guard.no_store import no_store
from core.people import email_addresses

COOKIE = "proof"


def email_proof_in(request: HttpRequest) -> str | None:
    """Return the token by which this browser shows that an address is its own, if it has one."""
    return request.COOKIES.get(cookies.cookie_name(COOKIE))


def ask_for_proof(state: State, service: Service, provider: Provider | None) -> HttpResponse:
    """Lead to the page that asks for the address; `provider` is kept for after its proof."""
    path = reverse("appointments:email_proof", args=[state, service.slug])
    return redirect(path + with_query(provider))


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@service_required
def request_link(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    """Mail a link to the address. The same answer, and the same mail sent, for every address."""
    form = AddressForm(request.POST or None)
    query = with_query(provider_of_address(request))
    context = {"form": form, "state": state, "service": service, "with_query": query}
    if request.method != "POST" or not form.is_valid():
        return render(request, "appointments/email_proof.html", context)
    email = form.cleaned_data["email"]
    # Counted apart from lost links: who asks for those uses up nobody's proofs.
    refused = limit_page(request, "links", address=f"proof {email_addresses.mailbox(email)}")
    if refused:
        return refused
    link_emails.proof(email, state, service, query)
    return render(request, "appointments/email_proof_sent.html", context | {"email": email})


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@service_required
def accept_link(request: HttpRequest, state: State, service: Service, token: str) -> HttpResponse:
    """Open the mailed link: its button lets this browser choose a time."""
    if returning_patient.address_hash(token) is None:
        raise Http404("No such proof")
    if request.method != "POST":
        context = {"state": state, "service": service}
        return render(request, "appointments/email_proof_accept.html", context)
    path = reverse("appointments:choose_time", args=[state, service.slug])
    response = redirect(path + with_query(provider_of_address(request)))
    cookies.set_private_cookie(
        response, COOKIE, token, max_age=int(returning_patient.VALID_FOR.total_seconds())
    )
    return response
