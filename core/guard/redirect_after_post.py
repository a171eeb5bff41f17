"""Redirect after POST: the page that answers a form is shown by GET, so that neither Back nor
Reload asks to send the form again.

Pages with what somebody typed are kept for ten minutes, in the cache, where nobody can read them:
encrypted with a key that stands in the new address alone. That address shows the page to the
browser that sent the form, by a cookie, until it is through with a form; and once without the
cookie, for browsers that take none. Where a page cannot be kept it is answered as it is.
"""

import json
import secrets
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from core.circuit_breaker import cache_breaker
from core.guard.client_ip import client_network
from core.guard.no_store import set_no_store
from core.guard.rate_limits import allow_most, hashed

NAME = "answer"
LENGTH = "Content-Length"  # of what was to be shown; it is counted anew
ERRORS = "error-summary"  # the id of the part of a page that says what to fix
KEEP_FOR = 10 * 60
LARGEST = 200_000  # bytes of a page
MOST = 120  # pages of one network at a time
# Not 429: that page sends the form once more, by itself or when it is loaded again.
KEPT = (200, 400, 403, 409, 410, 422)
# Staff's pages, and what is no page of a browser.
NOT_HERE = ("/admin/", "/accounts/", "/api/", "/dev/")


def middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Keep the page that answers a public form, and show it at an address of its own."""

    def handle(request: HttpRequest) -> HttpResponse:
        asked = _take_key(request)
        if request.method in ("GET", "HEAD") and asked:
            return _kept(request, asked) or set_no_store(_redirect(request))
        response = get_response(request)
        if request.method != "POST" or not _is_navigation(request):
            return response
        if response.status_code in KEPT and _is_page(response):
            return _keep(request, response) or response
        if _cookie() in request.COOKIES:  # it is done: Back shows nothing that was typed
            response.delete_cookie(_cookie())
        return response

    return handle


def _take_key(request: HttpRequest) -> str:
    """Return the key in the address, and hide it from the views; nothing where there is none."""
    query = request.META.get("QUERY_STRING", "")
    if f"{NAME}=" not in query or request.path.startswith(NOT_HERE):
        return ""
    asked = QueryDict(query, mutable=True)
    key = asked.pop(NAME, [""])[-1]
    request.META["QUERY_STRING"] = asked.urlencode()
    request.__dict__.pop("GET", None)  # read before, maybe
    return str(key)


def _is_navigation(request: HttpRequest) -> bool:
    """Whether a person sent a form: mail programs, other servers and scripts get their answer."""
    return request.headers.get("Sec-Fetch-Mode") == "navigate" and not request.path.startswith(
        NOT_HERE
    )


def _is_page(response: HttpResponse) -> bool:
    is_html = response.get("Content-Type", "").startswith("text/html")
    return is_html and not response.streaming and len(response.content) <= LARGEST


def _keep(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    """Return the redirect to the page; None where it cannot be kept."""
    if not allow_most(MOST, timedelta(seconds=KEEP_FOR), "answers", client_network(request)):
        return None
    key = secrets.token_urlsafe(16)
    owner = request.COOKIES.get(_cookie()) or secrets.token_urlsafe(16)
    page = {
        "path": request.path,
        "owner": hashed(owner),
        "status": response.status_code,
        "headers": [(name, value) for name, value in response.items() if name != LENGTH],
        "body": _focused_by_address(response.text),
    }
    locked = _cipher(key).encrypt(zlib.compress(json.dumps(page).encode()))
    if not cache_breaker.attempt(lambda: cache.add(_place(key), locked, KEEP_FOR)):
        return None
    there = set_no_store(_redirect(request, key, part=_part_to_read(response)))
    there.cookies.update(response.cookies)
    there.set_cookie(
        _cookie(),
        owner,
        max_age=KEEP_FOR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return there


def _kept(request: HttpRequest, key: str) -> HttpResponse | None:
    """Return the page that was kept under this key, for the browser that it was an answer to."""
    locked = cache_breaker.attempt(lambda: cache.get(_place(key)) or b"")
    if not locked:
        return None
    page: dict[str, Any] = json.loads(zlib.decompress(_cipher(key).decrypt(locked)))
    first = cache_breaker.attempt(lambda: [cache.add(f"{_place(key)}:shown", 1, KEEP_FOR)])
    is_owner = secrets.compare_digest(hashed(request.COOKIES.get(_cookie(), "")), page["owner"])
    if page["path"] != request.path or not (is_owner or first == [True]):
        return None
    return HttpResponse(page["body"], status=page["status"], headers=dict(page["headers"]))


def _part_to_read(response: HttpResponse) -> str:
    """Return the id of what to fix: the form may stand below what the window shows."""
    return ERRORS if f'id="{ERRORS}"' in response.text else ""


def _focused_by_address(html: str) -> str:
    """Return the page without the `autofocus` of the part that its address names, by which the
    browser moves the focus there: it complains of both."""
    before, name, after = html.partition(f'id="{ERRORS}"')
    tag, close, rest = after.partition(">")
    return before + name + tag.replace("autofocus", "") + close + rest


def _redirect(request: HttpRequest, key: str = "", part: str = "") -> HttpResponse:
    """Return a redirect to the address that was asked for, with this key alone."""
    query = request.META.get("QUERY_STRING", "")
    parts = [query] * bool(query) + [urlencode({NAME: key})] * bool(key)
    path = "/" + request.path.lstrip("/")  # on this host, whatever was asked for
    there = path + "?" * bool(parts) + "&".join(parts) + "#" * bool(part) + part
    response = HttpResponseRedirect(there)  # nosemgrep: redirect-to-what-a-visitor-says
    response.status_code = 303
    return response


def _cookie() -> str:
    """Return its name: no other host can set it where cookies are secure."""
    return f"{settings.COOKIE_PREFIX}{NAME}"


def _cipher(key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"answer:{key}".encode()).digest()))


def _place(key: str) -> str:
    """Return where a page is kept: the cache does not learn the key."""
    return f"answer:{hashed(key)}"
