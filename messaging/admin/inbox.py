"""The inbox: what waits for an answer, by whom, and since when."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.models import Appointment
from core.database import database_time
from core.staff.audit import disclosures
from core.staff.urgency import Urgency
from messaging import staff_rights
from messaging.models import Thread, ThreadStatus
from messaging.models.threads import ThreadQuerySet
from messaging.whose_threads import record_behind

PAGE, PANEL = "admin/messaging/inbox.html", "admin/messaging/_inbox_panel.html"
AT_ONCE = 25
MINE, OPEN, ANSWERED, CLOSED = "mine", "open", "answered", "closed"
VIEWS = {
    MINE: _("Mine and nobody’s"),
    OPEN: _("All that wait"),
    ANSWERED: _("Answered"),
    CLOSED: _("Closed"),
}


class ThreadRow(NamedTuple):
    """One line of the inbox."""

    thread: Thread
    who: str
    owner: str
    has_left: bool
    when: str
    due: str
    is_late: bool
    url: str


@admin.site.register_page("messages/")  # type: ignore[attr-defined]  # our site: core.staff
def messages_inbox(request: HttpRequest) -> HttpResponse:
    """Show the threads of whoever looks: what waits for them first, the most urgent on top."""
    if not staff_rights.teams_of(request.user):
        raise PermissionDenied
    shown = request.GET.get("show", MINE)
    shown = shown if shown in VIEWS else MINE
    threads = _threads(request, shown).select_related("patient__merged_into", "assigned")
    page = Paginator(threads, AT_ONCE).get_page(request.GET.get("p"))
    now = database_time.now()
    context = admin.site.each_context(request) | {
        "title": _("Messages"),
        "opts": Appointment._meta,
        "page": page,
        "rows": [_row(thread, now) for thread in page],
        "views": list(VIEWS.items()),
        "shown": shown,
        "may_set": request.user.has_perm("messaging.change_messagingrules"),
    }
    people = {record_behind(thread) for thread in page}
    return disclosures.declare(TemplateResponse(request, PAGE, context), page, people)


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def messages_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say on the first page how many wait, and how many of them too long. It names nobody."""
    waiting = messages_to_do(request)
    if waiting is None:
        return None
    count = waiting.order_by().count()
    late = waiting.order_by().filter(due_at__lt=database_time.now()).count()
    return (PANEL, {"count": count, "late": late, "records": ()}) if count else None


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def messages_to_do(request: HttpRequest) -> ThreadQuerySet | None:
    """Return what waits for this person: taken by them, or by nobody who works here."""
    if not staff_rights.teams_of(request.user):
        return None
    return mine(request).waiting()


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def messages_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead to the inbox from the person's menu, also while nothing waits."""
    return ("messages_inbox", _("Messages")) if staff_rights.teams_of(request.user) else None


def mine(request: HttpRequest) -> ThreadQuerySet:
    """Return the threads that this person has taken, and those that nobody here has."""
    free = Q(assigned=None) | Q(assigned__is_active=False)
    return staff_rights.threads_for(request.user).filter(free | Q(assigned=request.user.pk))


def _threads(request: HttpRequest, shown: str) -> ThreadQuerySet:
    if shown == MINE:
        return mine(request).waiting()
    threads = staff_rights.threads_for(request.user)
    if shown == OPEN:
        return threads.waiting()
    status = ThreadStatus.ANSWERED if shown == ANSWERED else ThreadStatus.CLOSED
    return threads.filter(status=status).order_by("-last_at", "-pk")


def _row(thread: Thread, now: datetime) -> ThreadRow:
    zone = practice_time.zone()
    owner = thread.assigned
    return ThreadRow(
        thread=thread,
        who=str(record_behind(thread)),
        owner=str(owner) if owner else "",
        has_left=owner is not None and not owner.is_active,
        when=practice_time.format_short_datetime(thread.waiting_since or thread.last_at, zone),
        due=practice_time.format_short_datetime(thread.due_at, zone) if thread.due_at else "",
        is_late=thread.is_late(now),
        url=reverse("admin:message_thread", args=[thread.pk]),
    )
