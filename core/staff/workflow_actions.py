"""The steps of a workflow as buttons in the admin: who may press one, what it does and says.

The rules are the workflow's: an action calls one of its functions. Each is logged as a change.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse

Allowed = Callable[[HttpRequest, Any], bool]
A = TypeVar("A", bound="WorkflowAction")


def has_permission(name: str) -> Allowed:
    """Return what allows an action to whoever has this permission, such as "articles.add_topic"."""
    return lambda request, _record: request.user.has_perm(name)


@dataclass(frozen=True, kw_only=True)
class WorkflowAction:
    """One button: its words, the statuses in which it shows, whom it is for, and what it does.

    `run(request, record)` calls the workflow, which raises where it refuses. A text that it returns
    is a warning, said instead of `done`. `done` may name `%(count)d`, of how many it was done.
    """

    label: Any
    done: Any
    statuses: Collection[str]
    allowed: Allowed
    run: Callable[[HttpRequest, Any], Any]
    is_primary: bool = False


def available(
    actions: Mapping[str, A], request: HttpRequest, record: Model, *, status: str
) -> dict[str, A]:
    """Return those of `actions` that show for a record of this status, and are for this person."""
    return {
        name: action
        for name, action in actions.items()
        if status in action.statuses and action.allowed(request, record)
    }


def get_or_404(actions: Mapping[str, A], request: HttpRequest, name: str) -> A:
    """Return the action of that name. Raises Http404 for another name, and for a GET."""
    if request.method != "POST" or name not in actions:
        raise Http404("No such action")
    return actions[name]


def take(
    model_admin: ModelAdmin,
    request: HttpRequest,
    action: WorkflowAction,
    records: Iterable[Model],
    *,
    refused: type[Exception],
    confirm: Callable[[], HttpResponse | None] | None = None,
) -> HttpResponse | None:
    """Take the action with each of these, log it, and tell staff what came of it.

    `refused` is what the workflow raises, with a sentence for staff. `confirm` returns the page
    that asks once more, which is returned here with nothing done; None once they are sure. Raises
    PermissionDenied, with nothing done, where it is not for this person.
    """
    records = list(records)
    if not all(action.allowed(request, record) for record in records):
        raise PermissionDenied
    taken, warned = 0, False
    try:
        page = confirm() if confirm else None
    except refused as error:
        model_admin.message_user(request, str(error), messages.ERROR)
        return None
    if page:
        return page
    for record in records:
        try:
            warning = action.run(request, record)
        except refused as error:
            model_admin.message_user(request, str(error), messages.ERROR)
            continue
        taken += 1
        model_admin.log_change(request, record, str(action.label))
        if warning:
            warned = True
            model_admin.message_user(request, warning, messages.WARNING)
    if taken and not warned:
        model_admin.message_user(request, str(action.done % {"count": taken}), messages.SUCCESS)
    return None
