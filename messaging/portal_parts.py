"""What messages show inside the portal: a link of its menu, and a part of its first page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from messaging.models import Message
from messaging.whose_threads import threads_of
from portal.sections import Link, Section, register_link, register_section

SHOWN_AT = 30  # below the next visit and what is due before it


def register() -> None:
    """Let the portal show both."""
    register_link(SHOWN_AT)(link)
    register_section(SHOWN_AT)(section)


def link(request: Any) -> Link:
    """Lead to the messages, with how many are new."""
    return Link(_("Messages"), reverse("messaging:threads"), unread(request))


def section(request: HttpRequest) -> Section | None:
    """Say that something is new, where something is. What it says stands on its own page."""
    count = unread(request)
    if not count:
        return None
    return Section(_("Messages"), "messaging/_portal_section.html", {"count": count})


def unread(request: Any) -> int:
    """Return how many messages wait to be read. One query, however often a page asks."""
    if not hasattr(request, "unread_messages"):
        threads = threads_of(request.account)
        new = Message.objects.unread_by_patient().filter(thread__in=threads.order_by())
        request.unread_messages = new.count()
    count: int = request.unread_messages
    return count
