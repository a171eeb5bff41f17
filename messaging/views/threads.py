"""A patient's matters: the list of them, and saying that one is settled."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.database import database_time
from core.people.salutation import short_name
from core.validation.primary_keys import parse_key
from messaging import expected_answers, workflow
from messaging.models import MessagingRules, Thread
from messaging.whose_threads import record_behind, thread_of, threads_of
from portal.access import account_required
from portal.records import managed

AT_ONCE = 20


@require_safe
@account_required
def thread_list(request: Any) -> HttpResponse:
    """Show the matters, what is new first, then what was written in last."""
    threads = threads_of(request.account).select_related("patient__merged_into").with_unread()
    page = Paginator(threads.order_by("-last_at", "-pk"), AT_ONCE).get_page(request.GET.get("p"))
    zone = expected_answers.zone_of(request.account.own_record)
    records = managed(request.account)
    several = len(records) > 1
    context = {
        "page": page,
        "rows": [_row(request, thread, zone, several) for thread in page],
        "may_write": MessagingRules.current().is_open and bool(records),
        "has_records": bool(records),
        "today": database_time.now().astimezone(zone).date(),
    }
    return render(request, "messaging/threads.html", context)


def _row(request: Any, thread: Thread, zone: Any, several: bool) -> dict[str, Any]:
    record = record_behind(thread)
    own = request.account.own_record
    is_other = several and (own is None or record.pk != own.pk)
    return {
        "thread": thread,
        "last": thread.last_at.astimezone(zone),
        "due": thread.due_at and thread.due_at.astimezone(zone),
        "about": short_name(record.first_name, record.last_name) if is_other else "",
        "unread": getattr(thread, "unread", 0),
    }


@require_POST
@account_required
def read(request: Any, key: str) -> HttpResponse:
    """Note that the messages up to `newest` were read: told by the page, once somebody sees it.

    Looking at a page tells nothing: browsers and scanners fetch pages that nobody opens.
    """
    thread = thread_of(request.account, key)
    workflow.read_by_patient(thread, parse_key(request.POST.get("newest")))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("messaging:thread", thread.key)


@require_POST
@account_required
def settle(request: Any, key: str) -> HttpResponse:
    """Close a matter that is settled; whatever is written in it later opens it again."""
    thread = thread_of(request.account, key)
    workflow.close(thread)
    return redirect("messaging:threads")
