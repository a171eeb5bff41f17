"""What a page of a room may do that every other page of the site may not: see, hear, connect."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from csp.constants import SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_permissions_policy import PermissionsPolicyMiddleware

View = Callable[..., HttpResponse]
DEVICES = ("camera", "microphone")
CALL = (*DEVICES, "autoplay", "display-capture", "screen-wake-lock")


def may_use(*features: str) -> Callable[[View], View]:
    """Return a decorator that opens these features of the browser to the page alone, and lets it
    open a socket to the rooms. What else is closed stays closed."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            response = view(request, *args, **kwargs)
            opened = {feature: ["self"] for feature in features}
            policy: dict[str, Any] = settings.PERMISSIONS_POLICY | opened
            response._permissions_policy_override = (  # type: ignore[attr-defined]
                PermissionsPolicyMiddleware.compute_header_value(policy, name="a room's page")
            )
            response._csp_update = {"connect-src": [SELF, socket_origin()]}  # type: ignore[attr-defined]
            return response

        return wrapper

    return decorate


def socket_origin() -> str:
    """Return where the rooms are, as a policy names it: Safari before 16 wants the host."""
    parts = urlsplit(settings.ROOMS_URL)
    return f"{parts.scheme}://{parts.netloc}"
