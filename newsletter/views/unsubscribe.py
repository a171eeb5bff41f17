"""Leaving with one click (RFC 8058), the page behind the link, and taking it back."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.guard.limit_pages import over_limit_page
from core.guard.no_store import no_store
from core.people import email_addresses
from newsletter import links
from newsletter.models import Subscriber
from newsletter.subscription import confirm, lookup
from newsletter.subscription import unsubscribe as workflow
from newsletter.subscription.unsubscribe import can_undo_unsubscribe

PAGE = "newsletter:unsubscribe"


def with_subscriber(purpose: str) -> Callable[..., Callable[..., HttpResponse]]:
    """Give the view the subscriber and the issue that a token of this purpose names; else 404.

    The token is all it takes: no cookie, no token against forgery. It is what a forger lacks.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", "POST"])
        @no_store
        @wraps(view)
        def wrapper(request: HttpRequest, token: str) -> HttpResponse:
            found = links.read(purpose, token)
            subscriber = found and lookup.find_subscriber(found.key)
            if not found or not subscriber:
                raise Http404("No such subscriber")
            return view(request, subscriber, found.issue)

        return wrapper

    return decorate


@with_subscriber("unsubscribe")
def unsubscribe(request: HttpRequest, subscriber: Subscriber, issue: int) -> HttpResponse:
    """Show the page; by any POST unsubscribe, a mail program's and the button's.

    It is never refused and never redirected, however often: mail programs send it for their
    users, many of them from one network.
    """
    if request.method != "POST":
        return _page(request, "newsletter/unsubscribe.html", subscriber, issue)
    if "undo" in request.POST:
        return _undo(request, subscriber, issue)
    how = "one click" if request.POST.get("List-Unsubscribe") == "One-Click" else "the link's page"
    workflow.unsubscribe(subscriber, how=how, page=PAGE, issue=issue)
    return _page(request, "newsletter/unsubscribed.html", subscriber, issue)


def _undo(request: HttpRequest, subscriber: Subscriber, issue: int) -> HttpResponse:
    refused = over_limit_page(request, "newsletter_changes", csrf_token=False)
    if refused:
        return refused
    if subscriber.status != Subscriber.Status.ACTIVE:
        confirm.undo_unsubscribe(subscriber, issue=issue)
    if request.POST["undo"] == "topics" and subscriber.status == Subscriber.Status.ACTIVE:
        return redirect(links.preferences_path(subscriber.key, issue))
    return _page(request, "newsletter/unsubscribed.html", subscriber, issue)


def _page(request: HttpRequest, template: str, subscriber: Subscriber, issue: int) -> HttpResponse:
    context = {
        "subscriber": subscriber,
        "address": email_addresses.masked(subscriber.email),
        "active": subscriber.status == Subscriber.Status.ACTIVE,
        "can_undo": can_undo_unsubscribe(subscriber),
        "preferences": links.preferences_path(subscriber.key, issue),
    }
    return render(request, template, context)
