"""How people of the drill reach the site: over the proxy, each from a network of their own."""

import http.client
import time
from collections.abc import Callable, Mapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.appointments.puzzle_solver import pass_proof_of_work
from tests.mixed_load.machine import HOST
from tests.visitor import Page, Visitor

PATIENCE = 30  # seconds for an answer: the proxies of deploy/ wait longer
AGAIN_AFTER = 2  # seconds, as Retry-After says at the least
NOTHING = Page("", 0, "", {})  # no answer came


def over_the_proxy(port: int, network: str, seen: Callable[[int], None]) -> Visitor:
    """A visitor of that network. `seen` is told the status of every answer; 0: none came."""
    jar: dict[str, str] = {}

    def transport(method: str, url: str, data: dict[str, Any] | None, headers: Mapping) -> Page:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = _headers(network, jar) | dict(headers)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            body = urlencode(data) if data is not None else None
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            seen(0)
            return NOTHING
        finally:
            connection.close()
        _keep(jar, answer)
        seen(answer.status)
        return Page(path, answer.status, text, answer.headers)

    return Visitor(transport)


def _headers(network: str, jar: Mapping[str, str]) -> dict[str, str]:
    return {
        "Host": HOST,
        "X-Forwarded-For": network,
        "X-Forwarded-Proto": "https",
        "Origin": f"https://{HOST}",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
    }


def _keep(jar: dict[str, str], answer: http.client.HTTPResponse) -> None:
    for header in answer.headers.get_all("Set-Cookie", []):
        for name, morsel in SimpleCookie(header).items():
            if morsel["max-age"] == "0":
                jar.pop(name, None)
            else:
                jar[name] = morsel.coded_value


def patiently(visitor: Visitor, step: Callable[[], Page], *, seconds: float) -> Page:
    """Take this step until it is answered, as somebody does who wants it: by the page's own button
    where it has one, else once more. Returns the last page when their patience is over."""
    deadline = time.monotonic() + seconds
    page = pass_proof_of_work(visitor, step())
    while page.status in (0, 500, 502, 503) and time.monotonic() < deadline:
        time.sleep(AGAIN_AFTER)
        buttons = [b.text for form in page.forms for b in form.buttons]
        again = page.status == 503 and "Try again" in buttons
        page = pass_proof_of_work(visitor, visitor.press(page, "Try again") if again else step())
    return page
