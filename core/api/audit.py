"""What keys did and saw, in the audit trail of staff: no row, no answer."""

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from core.api.models import ApiKey
from core.guard.no_store import no_store
from core.staff.audit import trail
from core.staff.audit.disclosures import Shown, by_model, merged
from core.staff.audit.shown_records import UndeclaredRecords

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
_SHOWN = "_shown_by_api"


def record(
    request: HttpRequest, action: str, key: ApiKey, *, model: str = "", pks: Iterable[object] = ()
) -> None:
    """Write one row, or raise."""
    trail.record(request, action, api_key=key.pk, model=model, object_pks=pks)


def declare(request: HttpRequest, *rows: Iterable[Model], action: str = "view") -> None:
    """Declare that the answer shows these records; without any, that it shows nobody's."""
    setattr(request, _SHOWN, (action, merged(*map(by_model, rows))))


def audited(view: View) -> View:
    """Wrap an address of the API: its answer is kept by no cache, and in the trail before it is
    given. One that shows something without saying what is a fault, as in the admin."""

    @no_store
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        declared: tuple[str, Shown] | None = getattr(request, _SHOWN, None)
        key = getattr(request, "auth", None)
        if declared is None and response.status_code < 400:
            _undeclared(request, key)
        if declared and isinstance(key, ApiKey):
            action, shown = declared
            for model, pks in shown.items():
                record(request, action, key, model=model, pks=pks)
        return response

    return wrapper


def _undeclared(request: HttpRequest, key: Any) -> None:
    match = request.resolver_match
    name = match.view_name if match else ""
    if settings.AUDIT_RAISES_UNDECLARED:
        raise UndeclaredRecords(f"{name} does not say which records it shows: audit.declare(…).")
    log.error("%s does not say which records it shows", name)
    trail.record(request, f"undeclared:{name}", api_key=getattr(key, "pk", None))
