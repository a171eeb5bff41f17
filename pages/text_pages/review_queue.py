"""The panel of text pages that wait: for review, or for anybody of the clinic to read them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.staff.urgency import Urgency
from pages.text_pages.models import TextPage

SHOWN = 30  # the list of pages has them all


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def waiting_text_pages(request: HttpRequest) -> QuerySet[TextPage] | None:
    """Return the pages that wait for this person to approve them."""
    if not request.user.has_perm("pages.approve_textpage"):
        return None
    return TextPage.objects.waiting_for(request.user)


@admin.site.register_panel(Urgency.SOON)  # type: ignore[attr-defined]  # our site: core.staff
def text_pages_that_wait(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Return the panel: what waits for review, and what nobody has read that came along."""
    if not request.user.has_perm("pages.approve_textpage"):
        return None
    shown = TextPage.objects.defer("body", "summary")
    waiting = list(shown.waiting_for(request.user)[:SHOWN])
    unread = list(shown.unread()[:SHOWN])
    if not (waiting or unread):
        return None
    context = {"waiting": waiting, "unread": unread, "records": [*waiting, *unread]}
    return "admin/pages/_text_pages.html", context
