"""Redirects to a place that the request itself names: only within this site."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_path(request: HttpRequest, text: str) -> str:
    """Return `text` if it is a path of this site, else an empty string.

    A word such as `foo` is none: `redirect` would take it for the name of a view.
    """
    ours = url_has_allowed_host_and_scheme(text, None, require_https=request.is_secure())
    return text if text.startswith("/") and ours else ""
