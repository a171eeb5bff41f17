"""Errors, reported to a server that speaks Sentry's protocol, without a word about anybody.

None of the library's integrations is used: they collect requests, queries and what a task was told,
and take some of it out again. Here an error is its class, where it was raised, the route or task
and the name of the request; an event that holds more is cut down to that before it leaves.
"""

from typing import Any

import sentry_sdk
from celery.signals import task_failure
from django.core.signals import got_request_exception
from django.http import HttpRequest
from sentry_sdk.types import Event, Hint

from core import request_id
from curednation import logs
from curednation.requests import route_of

# What an event, and a frame of its traceback, may hold.
EVENT = {"event_id", "timestamp", "level", "platform", "release", "environment", "transaction"}
FRAME = {"filename", "function", "module", "lineno", "in_app"}
SOURCE = {"context_line", "pre_context", "post_context"}  # our own code, as it stands in the tree


def start(dsn: str, *, site: str) -> None:
    """Report what web and workers raise from now on. Does nothing without a DSN."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn,
        environment=site,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        send_default_pii=False,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        before_send=scrub,
    )
    got_request_exception.connect(_of_request, dispatch_uid="error-reports")
    task_failure.connect(_of_task, weak=False, dispatch_uid="error-reports")


def _of_request(request: HttpRequest | None = None, **_: object) -> None:
    _report(None, f"{request.method} {route_of(request)}" if request else "")


def _of_task(sender: Any = None, exception: BaseException | None = None, **_: object) -> None:
    _report(exception, getattr(sender, "name", ""))


def _report(error: BaseException | None, where: str) -> None:
    with sentry_sdk.new_scope() as scope:
        scope.set_transaction_name(where)
        sentry_sdk.capture_exception(error)


def scrub(event: Event, hint: Hint) -> Event | None:
    """Return an event that holds what EVENT names and the tracebacks, and nothing else."""
    found: dict[str, Any] = {name: value for name, value in event.items() if name in EVENT}
    error = hint.get("exc_info", (None, None, None))[1]
    values = (event.get("exception") or {}).get("values", [])
    found["exception"] = {"values": [_exception(value, error) for value in values]}
    found["tags"] = {"request_id": request_id.current()} if request_id.current() else {}
    return found  # type: ignore[return-value]  # a part of what an event may be


def _exception(value: dict[str, Any], error: BaseException | None) -> dict[str, Any]:
    """One error without its text, which quotes what it was given."""
    frames = (value.get("stacktrace") or {}).get("frames", [])
    known = {logs.name_of(each).rpartition(".")[2].split()[0]: each for each in logs.chain(error)}
    found = known.get(value.get("type", ""))
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": logs.name_of(found) if found else "",
        "stacktrace": {"frames": [_frame(each) for each in frames]},
    }


def _frame(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name in FRAME | SOURCE}
