"""Who asks the API: a key in `Authorization: Bearer …`, which must have the scope that it takes."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from core.api import audit, keys
from core.api.models import ApiKey, Scope
from core.api.problems import Problem
from core.guard import rate_limits
from core.guard.client_ip import client_network

RETRY_AFTER = {"Retry-After": "60"}


class Key(HttpBearer):
    """Lets through a request whose key has one of these scopes, within the key's own limit."""

    openapi_description = "A key that a manager made in the admin, under “API keys”."

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> Any:
        # Not the library's own, which logs what was sent in development.
        kind, _space, text = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, text.strip() if kind.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """Return the key. Raises Problem."""
        key = keys.find(token)
        if key is None:
            raise _unknown(request)
        if not rate_limits.allow("api", str(key.pk)):
            raise too_many()
        if not any(key.may(scope) for scope in self.scopes):
            audit.record(request, "refused", key)
            raise Problem(
                403,
                "missing_scope",
                _("This key may not do that: it takes the scope %s.") % self.scopes[0],
            )
        keys.note_use(key)
        return key


def _unknown(request: HttpRequest) -> Problem:
    """Refuse a wrong key; counted by network, which holds up no right one from there."""
    if not rate_limits.allow("api_refused", client_network(request)):
        return too_many()
    return Problem(
        401,
        "unauthorized",
        _("Send a key as “Authorization: Bearer …”. This one is missing, unknown or has ended."),
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_many() -> Problem:
    """Return the refusal of a limit."""
    return Problem(429, "too_many_requests", _("Too many requests."), headers=RETRY_AFTER)


def key_of(request: HttpRequest) -> ApiKey:
    """Return the key of a request that was let through."""
    return request.auth  # type: ignore[attr-defined]  # ninja sets it
