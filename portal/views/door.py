"""The door: an address or a number, and the code that comes there. The same for everybody."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.guard.limit_pages import limit_page, over_limit_page
from core.guard.no_store import no_store
from core.guard.safe_redirect import safe_path
from portal.access import current_account
from portal.forms import CodeForm, EmailForm, PhoneForm
from portal.sign_in import codes, entering, sessions

NEXT = "portal_next"


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask where to send a code, and send it. What is typed is looked up nowhere."""
    if current_account(request) is not None:
        return redirect(next_page(request))
    by_phone = "phone" in request.GET
    form: EmailForm | PhoneForm = (PhoneForm if by_phone else EmailForm)(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "portal/sign_in.html", door_context(request, form, by_phone))
    reached = form.reached
    refused = limit_page(request, "sign_in_codes", address=reached.counted_as)
    if refused:
        return refused
    codes.ask(request, reached)
    return redirect(with_next(request, "portal:code"))


def door_context(request: HttpRequest, form: Any, by_phone: bool) -> dict[str, Any]:
    """Return what the page of the door needs."""
    return {
        "form": form,
        "by_phone": by_phone,
        "next": safe_path(request, request.GET.get("next", "")),
        "staff_here": request.user.is_authenticated,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one lets this browser in."""
    if current_account(request) is not None:
        return redirect(next_page(request))
    row = codes.asked(request)
    if row is None or row.account_id:
        return redirect(with_next(request, "portal:sign_in"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = over_limit_page(request, "code_tries")
        if refused:
            return refused
        reached = codes.prove(row, form.cleaned_data["code"])
        if reached is not None:
            return entering.enter(request, reached, next_page(request))
        row.refresh_from_db()
        form.add_error("code", codes.why_wrong(row))
    context = door_context(request, form, by_phone=False) | {"sent": row}
    return render(request, "portal/code.html", context)


@require_POST
@no_store
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the door."""
    sessions.leave(request)
    return redirect("portal:sign_in")


def next_page(request: HttpRequest) -> str:
    """Return where to go from the door: the page that led there, else the first one."""
    return safe_path(request, request.GET.get("next", "")) or reverse("portal:home")


def with_next(request: HttpRequest, name: str) -> str:
    """Return the path of a page of the door that leads to the same page in the end."""
    path = safe_path(request, request.GET.get("next", ""))
    return reverse(name) + (f"?{urlencode({'next': path})}" if path else "")
