"""Log lines that name no person: no path with a token, no query string, no value from a form.

As text, or as JSON for what collects logs. A line that was written for a request, or for a task
that it started, carries the name of that request.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from core import request_id

FORMATS: tuple[str, ...] = ("text", "json")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
# What celery.app.trace and celery.worker say of a task besides its arguments and its outcome.
_SAFE = {"id", "name", "description", "hostname", "runtime", "eta", "expires"}
_CLASS = re.compile(r"([A-Za-z_][\w.]*)(\(|$)")  # of an error that is written like `ValueError(…)`


def configuration(*, level: str, whole: bool, form: str = "text") -> dict[str, Any]:
    """Return Django's LOGGING: everything on stderr, and nothing in it about a person.

    With `whole`, for development, the texts of exceptions are shown. `form` is one of FORMATS.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "private": {"()": "curednation.logs.NoPersonalData"},
            "late": {"()": "curednation.logs.LateAcknowledgement"},
        },
        "formatters": {
            "lines": {
                "()": "curednation.logs.ExceptionFormatter",
                "format": "{asctime} {levelname} {name}: {message}{request_id}",
                "style": "{",
                "whole": whole,
            },
            "json": {"()": "curednation.logs.JsonFormatter", "whole": whole},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "filters": ["private"],
                "formatter": "json" if form == "json" else "lines",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        # Instead of Django's own handlers: one of them mails whole requests.
        "loggers": {
            "django": {"handlers": [], "level": level},
            "celery.worker.request": {"filters": ["late"]},
        },
    }


class NoPersonalData(logging.Filter):
    """Takes addresses and data out of what Django and Celery say about a request or a task."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            paths = (request.path, request.path_info, request.get_full_path())
            record.args = tuple(_route(request) if arg in paths else arg for arg in record.args)
        if record.name.startswith("celery.") and isinstance(record.args, dict):
            record.args = _without_data(record.args)
        return True


class LateAcknowledgement(logging.Filter):
    """Makes one line, a warning, of a task that ended while its broker was away.

    For kombu that is critical, with all that led to it. Here it costs nothing: the task is handed
    out once more, and each of ours may run twice.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(("Couldn't ack", "Couldn't reject")):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.msg, record.args = "A task ended while its broker was away: it comes again.", ()
            record.exc_info = record.exc_text = None
        return True


def _route(request: HttpRequest) -> str:
    """Return the pattern that the address matched: `appointments/<token>/`, never the token."""
    match = request.resolver_match
    return f"/{match.route}" if match else "(no such address)"


def _without_data(args: dict[str, Any]) -> dict[str, Any]:
    """Return what Celery says of a task with nothing but what it calls it, and for how long."""
    kept = {name: value if name in _SAFE else "" for name, value in args.items()}
    if "exc" in args:
        found = _CLASS.match(str(args["exc"]))
        kept["exc"] = found[1] if found else ""
    return kept


class ExceptionFormatter(logging.Formatter):
    """Formats an exception by its class and where it was raised.

    Its text is left out unless `whole` is set: a database quotes in it what it was given.
    """

    def __init__(self, *args: Any, whole: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.whole = whole

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's name)
        name = request_id.of_record(record)
        record.request_id = f" [{name}]" if name else ""
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have left its own, whole text of the exception there.
        kept, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = kept

    def formatException(self, ei: Any) -> str:  # noqa: N802  (logging's name)
        if self.whole:
            return super().formatException(ei)
        parts = []
        for error in reversed(list(chain(ei[1]))):
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"Traceback (most recent call last):\n{frames}{name_of(error)}")
        return "\n\n".join(parts)


class JsonFormatter(ExceptionFormatter):
    """Formats a record as one line of JSON, its time in UTC.

    What code adds as `extra={"fields": {…}}` stands beside the rest: numbers and names of ours.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        name = request_id.of_record(record)
        if name:
            line["request_id"] = name
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, and those that it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def name_of(error: BaseException) -> str:
    """Return the class of an error; for one of PostgreSQL also its code and its constraint."""
    kind = type(error)
    told = [f"{kind.__module__}.{kind.__qualname__}"]
    diagnosis = getattr(error, "diag", None)
    for part in ("sqlstate", "table_name", "constraint_name"):
        value = getattr(diagnosis, part, None)
        told += [f"{part}={value}"] if value else []
    return " ".join(told)
