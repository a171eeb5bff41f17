"""The preferences page: topics, language, a pause, another address, or leaving.

Its link is the key to it.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.guard.client_ip import client_network
from core.guard.limit_pages import over_limit_page
from core.people import email_addresses
from newsletter import links
from newsletter.forms import AddressChangeForm, LanguageForm, PauseForm, TopicsForm
from newsletter.models import Subscriber
from newsletter.subscription import signup, unsubscribe
from newsletter.subscription.preferences import choose_language, choose_topics, pause, resume
from newsletter.views.unsubscribe import with_subscriber

# What the page says after a change, by the word in its address.
DONE = ("topics", "language", "pause", "resume", "move")
PartForm = TopicsForm | LanguageForm | PauseForm | AddressChangeForm


@with_subscriber("preferences")
def preferences(request: HttpRequest, subscriber: Subscriber, issue: int) -> HttpResponse:
    """Show the page, or change what the form says by `do`: each part is a form of its own."""
    if request.method != "POST":
        return _page(request, subscriber, issue)
    refused = over_limit_page(request, "newsletter_changes", csrf_token=False)
    if refused:
        return refused
    if request.POST.get("do") == "leave":
        how = "the preferences page"
        unsubscribe.unsubscribe(subscriber, how=how, page="newsletter:preferences", issue=issue)
        return _page(request, subscriber, issue)
    if subscriber.status != Subscriber.Status.ACTIVE:
        return _page(request, subscriber, issue)
    return _change(request, subscriber, issue)


def _change(request: HttpRequest, subscriber: Subscriber, issue: int) -> HttpResponse:
    wanted = request.POST.get("do", "")
    typed = {name: request.POST if wanted == name else None for name in DONE}
    forms: dict[str, PartForm] = {
        "topics": TopicsForm(typed["topics"], subscriber=subscriber),
        "language": LanguageForm(typed["language"], subscriber=subscriber),
        "pause": PauseForm(typed["pause"]),
        "move": AddressChangeForm(typed["move"]),
    }
    if wanted == "resume":
        resume(subscriber)
    elif wanted not in forms or not forms[wanted].is_valid():
        return _page(request, subscriber, issue, **forms)
    elif not _save(request, subscriber, wanted, forms[wanted].cleaned_data):
        forms["move"].add_error(
            "email", _("We have sent three links today. Use one of them, or ask tomorrow.")
        )
        return _page(request, subscriber, issue, **forms)
    # nosemgrep: redirect-to-what-a-visitor-says  (our own path, and one of five words)
    response = HttpResponseRedirect(f"{request.path}?done={wanted}")
    response.status_code = 303
    return response


def _save(request: HttpRequest, subscriber: Subscriber, wanted: str, typed: dict) -> bool:
    """Do what was asked for; return False where they asked for too many links today."""
    if wanted == "topics":
        choose_topics(subscriber, typed["topics"])
    elif wanted == "language":
        choose_language(subscriber, typed["language"])
    elif wanted == "pause":
        pause(subscriber, weeks=typed["weeks"])
    else:
        network = client_network(request)
        return signup.request_address_change(subscriber, typed["email"], network=network)
    return True


def _page(request: HttpRequest, subscriber: Subscriber, issue: int, **forms: Any) -> HttpResponse:
    if subscriber.status != Subscriber.Status.ACTIVE:
        context = {
            "address": email_addresses.masked(subscriber.email),
            "can_undo": unsubscribe.can_undo_unsubscribe(subscriber),
            "unsubscribe": links.unsubscribe_path(subscriber.key, issue),
        }
        return render(request, "newsletter/not_subscribed.html", context)
    done = request.GET.get("done", "")
    failed = next((form for form in forms.values() if form.errors), None)
    context = {
        "subscriber": subscriber,
        "address": email_addresses.masked(subscriber.email),
        "topics": forms.get("topics") or TopicsForm(subscriber=subscriber),
        "reads": forms.get("language") or LanguageForm(subscriber=subscriber),
        "pause": forms.get("pause") or PauseForm(),
        "move": forms.get("move") or AddressChangeForm(),
        "failed": failed,
        "done": done if done in DONE and not failed else "",
    }
    return render(request, "newsletter/preferences.html", context)
