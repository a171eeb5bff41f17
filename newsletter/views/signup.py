"""Signing up from any page, and confirming it. Every address gets the same answer."""

import re

from disposable_email_domains import blocklist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.cache import pages
from core.guard import sessionless_form
from core.guard.client_ip import client_network
from core.guard.limit_pages import limit_page, over_limit_page
from core.guard.no_store import no_store
from core.languages.speaking import of_now
from core.people import domain_typos, email_addresses
from newsletter import links
from newsletter.forms import SignupForm
from newsletter.models import Confirmation
from newsletter.subscription import confirm as workflow
from newsletter.subscription import signup
from newsletter.subscription.confirm import LinkEnded, find_confirmation

RULE = "newsletter"
HOME = "newsletter:home"
ROUTE_NAME = re.compile(r"[a-z]{1,20}:[a-z_]{1,30}")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the form and past issues. Cached until the tag "newsletter" is dropped."""
    return pages.serve(request, tags=["newsletter"], make=lambda: _home(request, SignupForm()))


def _home(request: HttpRequest, form: SignupForm) -> HttpResponse:
    return render(request, "newsletter/home.html", {"form": form})


@csrf_exempt  # the band stands on pages that anyone may keep: see open_form
@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def subscribe(request: HttpRequest) -> HttpResponse:
    """Take what the form sends. Nobody is looked up: each address gets the same answer."""
    if request.method != "POST":
        return redirect(HOME)
    form = SignupForm(request.POST)
    if not form.is_valid():
        return _home(request, form)
    if not sessionless_form.is_same_origin(request):
        return _from_elsewhere(request)
    email = form.cleaned_data["email"]
    question = _question(email, form.cleaned_data["kept"])
    if question:
        return render(request, "newsletter/check_address.html", question | {"page": _page(request)})
    refused = limit_page(request, RULE, address=email_addresses.mailbox(email), csrf_token=False)
    if refused:
        return refused
    signup.sign_up(
        email,
        page=_page(request),
        network=client_network(request),
        language=of_now(),
    )
    return render(request, "newsletter/signup_requested.html", {"email": email})


def _from_elsewhere(request: HttpRequest) -> HttpResponse:
    """Return the page (403) where another site sent this, or the browser does not say who did."""
    return render(request, "newsletter/elsewhere.html", status=403)


def _question(email: str, kept: str) -> dict | None:
    """Return what to ask before writing to an address that may be a slip, or will not last."""
    if kept == email:
        return None
    meant = domain_typos.likely_address(email)
    if meant:
        return {"email": email, "meant": meant}
    return {"email": email, "meant": ""} if email.rpartition("@")[2] in blocklist else None


def _page(request: HttpRequest) -> str:
    """Return the name of the route the form stood on: never a path, which could hold a token."""
    name = request.POST.get("page", "")
    return name if ROUTE_NAME.fullmatch(name) else HOME


@csrf_exempt  # the token is what a forger lacks
@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page behind the mailed link. Only its button confirms: scanners open every link."""
    found = find_confirmation(token)
    if found is None:
        raise Http404("No such confirmation")
    if request.method != "POST":
        return _confirm_page(request, found)
    refused = over_limit_page(request, "newsletter_changes", csrf_token=False)
    if refused:
        return refused
    try:
        subscriber = workflow.confirm(token)
    except LinkEnded:
        return _ended(request, found)
    context = {
        "moved": found.mover is not None,
        "address": email_addresses.masked(subscriber.email),
    }
    context["preferences"] = links.preferences_path(subscriber.key)
    return render(request, "newsletter/confirmed.html", context)


def _confirm_page(request: HttpRequest, found: Confirmation) -> HttpResponse:
    if not Confirmation.objects.open().filter(pk=found.pk).exists():
        return _ended(request, found)
    context = {
        "found": found,
        "address": email_addresses.masked(found.email),
        "text": found.text.text_i18n,
    }
    return render(request, "newsletter/confirm.html", context)


def _ended(request: HttpRequest, found: Confirmation) -> HttpResponse:
    context = {"used": found.confirmed_at is not None, "form": SignupForm()}
    return render(request, "newsletter/link_ended.html", context, status=410)
