"""Every page of the admin leaves its audit row here, so that no admin class can forget it.

All models count, not only those with patients' data: a list of exceptions would age badly, and
who changed a role or an hour is worth knowing too. What somebody searched for is not kept (it is
mostly a name, and the trail cannot be erased): which records they were shown is.
"""

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import cast

from django.apps import apps
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from curednation.staff import audit
from curednation.staff.models import User

View = Callable[..., HttpResponse]
# They show nobody's data: scripts, and the doors.
SILENT = {"login", "logout", "i18n_javascript", "password_change", "password_change_done"}
PAGES = {"add_view": "", "change_view": "view", "delete_view": "view", "history_view": "history"}
WRITES = {ADDITION: "add", CHANGE: "change", DELETION: "delete"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def audited(view: View) -> View:
    """`view` with an audit row for what it shows, changes or refuses; no row, no answer.

    A change by a form and its row are one transaction. Actions, on a list or by a page of their
    own, lock and retry visit by visit and cannot be one: what they are about to do is written
    before they start, and what Django's log says that they did, afterwards.
    """
    if _name(view) in SILENT:
        return view

    @wraps(view)
    def wrapper(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            if request.method in SAFE_METHODS:
                return _read(view, request, *args, **kwargs)
            if _is_action(view, request):
                return _act(view, request, *args, **kwargs)
            with transaction.atomic():
                return _write(view, request, *args, **kwargs)
        except PermissionDenied:
            audit.record(request, "refused", model=_model(view), object_pks=_pks(kwargs))
            raise

    return wrapper


def _read(view: View, request: HttpRequest, *args, **kwargs) -> HttpResponse:
    response = view(request, *args, **kwargs)
    if response.status_code == 200:
        match _name(view):
            case "changelist_view":
                _record_list(view, request, response)
            case "autocomplete_view":
                _record_autocomplete(request, response)
            case "index":
                _record_index(request, response)
            case "app_index":
                pass  # names of models
            case _:
                _record_page(view, request, kwargs, shown=_shown(response))
    return response


def _is_action(view: View, request: HttpRequest) -> bool:
    if _name(view) == "changelist_view":
        return bool(request.POST.get("action"))
    return _name(view) not in PAGES


def _act(view: View, request: HttpRequest, *args, **kwargs) -> HttpResponse:
    action, chosen = _name(view), _pks(kwargs)
    if action == "changelist_view":
        everything = request.POST.get("select_across") == "1"
        action = request.POST["action"]
        chosen = ["*"] if everything else request.POST.getlist("_selected_action")
    audit.record(request, f"act:{action}", model=_model(view), object_pks=chosen)
    last = _last_logged(request)
    response = view(request, *args, **kwargs)
    _record_logged(request, last)
    return response


def _write(view: View, request: HttpRequest, *args, **kwargs) -> HttpResponse:
    last = _last_logged(request)
    response = view(request, *args, **kwargs)
    changed = _record_logged(request, last)
    if not changed and _name(view) == "changelist_view":
        _record_list(view, request, response)
    elif not changed:
        _record_page(view, request, kwargs)
    return response


def _record_page(
    view: View, request: HttpRequest, kwargs: dict, *, shown: Iterable[str] = ()
) -> None:
    action = PAGES.get(_name(view), f"act:{_name(view)}")
    if action:
        pks = [*_pks(kwargs), *shown]
        audit.record(request, action, model=_model(view), object_pks=pks)


def _shown(response: HttpResponse) -> list[str]:
    """The records that a page of an app's own names in its context as `audited`."""
    context = getattr(response, "context_data", None) or {}
    return [str(pk) for pk in context.get("audited", ())]


def _record_list(view: View, request: HttpRequest, response: HttpResponse) -> None:
    found = (getattr(response, "context_data", None) or {}).get("cl")
    if found is None:  # it sent the visitor elsewhere
        return
    audit.record(
        request,
        "search" if request.GET.get(SEARCH_VAR) else "list",
        model=_model(view),
        object_pks=[row.pk for row in found.result_list],
        count=found.result_count,
    )


def _record_autocomplete(request: HttpRequest, response: HttpResponse) -> None:
    source = apps.get_model(request.GET["app_label"], request.GET["model_name"])
    shown = source._meta.get_field(request.GET["field_name"]).related_model._meta.label_lower
    results = json.loads(response.content)["results"]
    audit.record(request, "search", model=shown, object_pks=[found["id"] for found in results])


def _record_index(request: HttpRequest, response: HttpResponse) -> None:
    panels = (getattr(response, "context_data", None) or {}).get("panels")
    if panels:
        names = [panel["template"] for panel in panels]
        audit.record(request, "view", model="index", object_pks=names)


def _log_of(request: HttpRequest) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(user=cast(User, request.user))  # the admin lets nobody else in


def _last_logged(request: HttpRequest) -> int:
    newest = _log_of(request).order_by("-pk").first()
    return newest.pk if newest else 0


def _record_logged(request: HttpRequest, last: int) -> bool:
    """One row for each thing that Django's own log says this request has changed."""
    logged = _log_of(request).filter(pk__gt=last)
    entries = list(logged.select_related("content_type").order_by("pk"))
    for entry in entries:
        kind = entry.content_type
        audit.record(
            request,
            WRITES[entry.action_flag],
            model=f"{kind.app_label}.{kind.model}" if kind else "",
            object_pks=[entry.object_id],
        )
    return bool(entries)


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
