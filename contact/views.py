"""What the two forms of the page Contact send. No cookie, no token: see `sessionless_form`.

Each answers in the same way, whoever asks: nobody is looked up.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from articles.search import crisis_terms
from contact import workflow
from contact.forms import CallBackForm, MessageForm
from core.cache import pages
from core.guard import sessionless_form
from core.guard.limit_pages import limit_page
from core.guard.no_store import no_store

RULE = "contact"
PAGE = "pages/contact.html"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def message(request: HttpRequest) -> HttpResponse:
    """Take a message; one with mistakes comes back with them."""
    if request.method != "POST":
        return redirect("pages:contact")
    return _take(request, MessageForm(request.POST), "message_form")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def call_back(request: HttpRequest) -> HttpResponse:
    """Take the wish to be called."""
    if request.method != "POST":
        return redirect("pages:contact")
    return _take(request, CallBackForm(request.POST), "call_back_form")


def _take(request: HttpRequest, form: Any, name: str) -> HttpResponse:
    if not form.is_valid():
        danger = crisis_terms.detect_crisis_in_message(form.data.get("message", ""))
        danger_in = danger and (danger.language or translation.get_language())
        return render(request, PAGE, {name: form, "form": form, "danger_in": danger_in})
    if not sessionless_form.is_same_origin(request):
        form.add_error(None, form.FROM_ELSEWHERE)
        return render(request, PAGE, {name: form, "form": form}, status=403)
    refused = limit_page(request, RULE, address=form.whose, csrf_token=False)
    if refused:
        return refused
    sent = form.sent()
    workflow.submit(sent, language=translation.get_language() or settings.LANGUAGE_CODE)
    return redirect(_next(sent.message))


def _next(words: str) -> str:
    """Return where whoever sent these words goes on: who is in danger, to the numbers to call."""
    crisis = crisis_terms.detect_crisis_in_message(words)
    if crisis is None:
        return reverse("contact:sent")
    with translation.override(crisis.language or translation.get_language()):
        return reverse("contact:sent_now")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say that it has arrived and what happens next."""
    return pages.serve(request, tags=[], make=lambda: _sent(request, urgent=False))


@require_safe
def sent_now(request: HttpRequest) -> HttpResponse:
    """Say the same below whom to call now: nobody may read it for hours."""
    return pages.serve(request, tags=[], make=lambda: _sent(request, urgent=True))


def _sent(request: HttpRequest, *, urgent: bool) -> HttpResponse:
    return render(request, "contact/sent.html", {"urgent": urgent})
