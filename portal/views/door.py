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
from portal.models import PatientAccount
from portal.sign_in import codes, entering, sessions


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask where to send a code, and send it. What is typed is looked up nowhere."""
    if current_account(request) is not None and "again" not in request.GET:
        return redirect(next_page(request))
    by_phone = "phone" in request.GET and codes.can_text()
    form: EmailForm | PhoneForm = (PhoneForm if by_phone else EmailForm)(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = _context(request, form) | {"by_phone": by_phone, "can_text": codes.can_text()}
        return render(request, "portal/sign_in.html", context)
    return send_code(request, form.reached) or redirect(with_next(request, "portal:code"))


def send_code(
    request: HttpRequest, reached: codes.Reached, *, account: PatientAccount | None = None
) -> HttpResponse | None:
    """Send a code there; return the page that refuses it instead, near a limit.

    `account` is the one that adds the address, where nobody signs in.
    """
    refused = limit_page(request, "sign_in_codes", address=reached.counted_as)
    if not refused:
        codes.ask(request, reached, account=account)
    return refused


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one lets this browser in."""
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
            return entered(request, entering.enter(request, reached))
        row.refresh_from_db()
        form.add_error("code", codes.why_wrong(row))
    over = "" if codes.is_usable(row) else codes.why_wrong(row)
    context = _context(request, form) | {"sent": row, "is_over": bool(over), "why_over": over}
    return render(request, "portal/code.html", context)


@require_POST
@no_store
def resend(request: HttpRequest) -> HttpResponse:
    """Send a new code to where the last one went; the last one works no more."""
    row = codes.asked(request)
    if row is None or row.account_id:
        return redirect(with_next(request, "portal:sign_in"))
    refused = send_code(request, codes.Reached.again(row))
    return refused or redirect(with_next(request, "portal:code") + _sign(request) + "sent=1")


def _sign(request: HttpRequest) -> str:
    return "&" if safe_path(request, request.GET.get("next", "")) else "?"


def _context(request: HttpRequest, form: Any) -> dict[str, Any]:
    return {
        "form": form,
        "next": safe_path(request, request.GET.get("next", "")),
        "staff_here": request.user.is_authenticated,
        "sent_again": "sent" in request.GET,
    }


@require_POST
@no_store
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the door."""
    sessions.leave(request)
    return redirect("portal:sign_in")


def entered(request: HttpRequest, account: PatientAccount | None) -> HttpResponse:
    """Lead who came in to where they wanted to go, or to who they are, where that is not known."""
    asks = account is None or not account.patients
    place = with_next(request, "portal:gather") if asks else next_page(request)
    return sessions.keep_known(request, redirect(place))


def next_page(request: HttpRequest) -> str:
    """Return where to go from the door: the page that led there, else the first one."""
    return safe_path(request, request.GET.get("next", "")) or reverse("portal:home")


def with_next(request: HttpRequest, name: str) -> str:
    """Return the path of a page of the door that leads to the same page in the end."""
    path = safe_path(request, request.GET.get("next", ""))
    return reverse(name) + (f"?{urlencode({'next': path})}" if path else "")
