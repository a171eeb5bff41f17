"""The audit row of every page of the admin, written here, so that no admin class can forget it.

All models count, not only those with patients' data: a list of exceptions would age badly, and
who changed a role or an hour is worth knowing too. What somebody searched for is not kept (it is
mostly a name, and the trail cannot be erased): which records they were shown is, whatever the
method of the request, and whether or not something was saved.
"""

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core.staff.audit import trail
from core.staff.audit.shown_records import UndeclaredRecords, context_of, is_empty, shown_by
from core.staff.models import User

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
# They show nobody's data: scripts, the doors, and what a page asks every few seconds, with what
# somebody types there themselves, or for numbers.
SILENT = {
    *("login", "logout", "i18n_javascript", "password_change", "password_change_done"),
    *("autosave_view", "autosave_new_view", "live_view", "live_new_view", "upload_progress_view"),
    *("visits_ticket", "visits_report", "visits_note", "visits_summary", "visits_finish_panel"),
    "message_draft",
}
FORMS = {"add_view", "change_view", "delete_view", "history_view", "changelist_view"}
# All others: "view".
READS = {
    "history_view": "history",
    "autocomplete_view": "search",
    "find": "search",
    "find_rows": "search",
    "find_whose_trail": "search",
    "who_saw": "trail",
    "who_saw_file": "trail-file",
}
# They change nothing. What is typed is posted, so that no address has it.
READ_BY_POST = {
    *("find", "find_rows", "find_whose_trail"),
    *("book_who_view", "merge_find_view", "reassign_find_view"),
}
WRITES = {ADDITION: "add", CHANGE: "change", DELETION: "delete"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
AT_ONCE = 1000  # records that one row names; more of them take several rows


def audited(view: View) -> View:
    """Wrap `view`: an audit row for what it shows, changes or refuses; no row, no answer.

    A change by a form and its row are one transaction. Actions, on a list or by a page of their
    own, lock and retry visit by visit and cannot be one: what they are about to do is written
    before they start, and what Django's log says that they did, afterwards. What the answer shows
    is written outside of any transaction of the view: it was seen, also where all was undone.
    """
    if _name(view) in SILENT:
        return view

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = _answer(view, request, *args, **kwargs)
        except PermissionDenied:
            trail.record(request, "refused", model=_model(view), object_pks=_pks(kwargs))
            raise
        _record_shown(view, request, response, kwargs)
        return response

    return wrapper


def record_all(
    request: HttpRequest,
    action: str,
    *,
    model: str,
    object_pks: Iterable[object],
    count: int | None = None,
) -> None:
    """Write one row for each AT_ONCE of these records, and one where there are none."""
    pks = list(object_pks)
    for first in range(0, max(1, len(pks)), AT_ONCE):
        part = pks[first : first + AT_ONCE]
        trail.record(request, action, model=model, object_pks=part, count=count)


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    if request.method in SAFE_METHODS or _name(view) in READ_BY_POST:
        return view(request, *args, **kwargs)
    if _name(view) == "changelist_view" and request.POST.get("action"):
        return _logged(view, request, *args, **kwargs)  # the action itself says whom it is about
    if _name(view) in FORMS:
        with transaction.atomic():
            return _logged(view, request, *args, **kwargs)
    trail.record(request, f"act:{_name(view)}", model=_model(view), object_pks=_pks(kwargs))
    return _logged(view, request, *args, **kwargs)


def _logged(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What `view` answers, with one row for each thing that Django's log says it has changed."""
    last = _last_logged(request)
    response = view(request, *args, **kwargs)
    for entry in _log_of(request).filter(pk__gt=last).select_related("content_type").order_by("pk"):
        kind = entry.content_type
        trail.record(
            request,
            WRITES[entry.action_flag],
            model=f"{kind.app_label}.{kind.model}" if kind else "",
            object_pks=[entry.object_id],
        )
    return response


def _record_shown(view: View, request: HttpRequest, response: HttpResponse, kwargs: dict) -> None:
    """One row for each kind of record on the page; of a page of an app's own, one in any case."""
    shown = shown_by(response)
    if shown is None:
        _record_unknown(view, request, kwargs)
        return
    name, model = _name(view), _model(view)
    panels = [panel["template"] for panel in context_of(response).get("panels", ())]
    if panels and not is_empty(response):
        shown = {"index": panels} | shown
    if "cl" in context_of(response):
        _record_list(request, response, model, shown.pop(model, []))
    elif model and name not in FORMS and _is_read(request, response):
        own = dict.fromkeys([*_record_of(kwargs), *shown.pop(model, [])])
        record_all(request, f"act:{name}", model=model, object_pks=own)
    for kind, pks in shown.items():
        record_all(request, READS.get(name, "view"), model=kind, object_pks=pks)


def _is_read(request: HttpRequest, response: HttpResponse) -> bool:
    return request.method in SAFE_METHODS and not is_empty(response)


def _record_list(
    request: HttpRequest, response: HttpResponse, model: str, pks: Iterable[str]
) -> None:
    found = context_of(response)["cl"]
    action = "search" if request.GET.get(SEARCH_VAR) else "list"
    record_all(request, action, model=model, object_pks=pks, count=found.result_count)


def _record_unknown(view: View, request: HttpRequest, kwargs: dict) -> None:
    where = f"{_model(view) or 'the admin'}: {_name(view)}"
    if settings.AUDIT_RAISES_UNDECLARED:
        raise UndeclaredRecords(
            f"{where} does not say which records its page shows. Return "
            "disclosures.declare(response, rows), or declare_none(response)."
        )
    logger.error("%s does not say which records its page shows", where)
    pks = _pks(kwargs)
    trail.record(request, f"undeclared:{_name(view)}", model=_model(view), object_pks=pks)


def _log_of(request: HttpRequest) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(user=cast(User, request.user))  # the admin lets nobody else in


def _last_logged(request: HttpRequest) -> int:
    newest = _log_of(request).order_by("-pk").first()
    return newest.pk if newest else 0


def _name(view: View) -> str:
    return getattr(view, "__name__", type(view).__name__)


def _model(view: View) -> str:
    owner = getattr(view, "__self__", None)
    return owner.opts.label_lower if isinstance(owner, ModelAdmin) else ""


def _pks(kwargs: dict) -> Iterable[str]:
    """The record that an address names; of addresses that apps add, whatever they hold."""
    return (
        [unquote(kwargs["object_id"])] if "object_id" in kwargs else list(map(str, kwargs.values()))
    )


def _record_of(kwargs: dict) -> list[str]:
    """The record that an address names, without what else it holds, such as a day."""
    pk = kwargs.get("object_id", kwargs.get("pk"))
    return [] if pk is None else [unquote(str(pk))]
