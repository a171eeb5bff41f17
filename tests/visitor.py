"""A person whose browser runs no JavaScript: reads pages and fills in their forms."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from django.test import Client

from tests.page_forms import Button, Form, read_forms


@dataclass
class Page:
    url: str
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def forms(self) -> list[Form]:
        return read_forms(self.text)

    def form_with(self, *names: str) -> Form:
        """The form that asks for all of these."""
        found = [form for form in self.forms if set(names) <= form.choices.keys()]
        assert found, f"no form with {names} on {self.path} ({self.status})"
        return found[0]

    def button(self, text: str) -> tuple[Form, Button]:
        """The button whose words begin like that, and its form."""
        found = [(f, b) for f in self.forms for b in f.buttons if b.text.startswith(text)]
        words = [button.text for form in self.forms for button in form.buttons]
        assert found, f"no button {text!r} on {self.path} ({self.status}), only {words}"
        return found[0]


class Transport(Protocol):
    def __call__(
        self, method: str, url: str, data: dict[str, Any] | None, headers: dict[str, str]
    ) -> Page: ...


class Visitor:
    """Follows redirects as a browser does; `redirects` are the paths it was sent to last."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.redirects: list[str] = []

    def get(self, url: str) -> Page:
        return self._ask("GET", url, None)

    def post(self, url: str, data: dict[str, Any]) -> Page:
        return self._ask("POST", url, data)

    def submit(self, page: Page, *, press: str = "", **answers: str | bool) -> Page:
        """Fill in the form that has these fields and press the button with these words."""
        form, button = page.button(press) if press else (page.form_with(*answers), None)
        return self.send(page, form, form.filled(**answers), button)

    def press(self, page: Page, text: str) -> Page:
        return self.submit(page, press=text)

    def send(
        self, page: Page, form: Form, data: dict[str, str], button: Button | None = None
    ) -> Page:
        action = form.action
        if button and button.name:
            data = data | {button.name: button.value}
        if button and button.action is not None:
            action = button.action
        url = urljoin(page.url, action or page.url)
        if form.method == "get":
            return self.get(f"{url.partition('?')[0]}?{urlencode(data)}")
        return self.post(url, data)

    def _ask(self, method: str, url: str, data: dict[str, Any] | None) -> Page:
        self.redirects = []
        page = self.transport(method, url, data, {})
        while page.status in (301, 302, 303):
            assert len(self.redirects) < 8, f"turns round: {self.redirects}"
            url = urljoin(page.url, page.headers["Location"])
            self.redirects.append(urlsplit(url).path)
            page = self.transport("GET", url, None, {})
        return page


def in_process(client: Client | None = None, **extra: Any) -> Visitor:
    """A visitor of the site inside this process, CSRF checks and all."""
    client = client or Client(enforce_csrf_checks=True)

    def transport(method: str, url: str, data, headers) -> Page:
        parts = urlsplit(url)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        call = client.get if method == "GET" else client.post
        response = call(address, data, headers=headers, **extra)
        return Page(urljoin(url, address), response.status_code, _text(response), response.headers)

    return Visitor(transport)


def _text(response) -> str:
    return response.content.decode(response.charset or "utf-8", errors="replace")  # files, too


def over_http(site: str, *, timeout: float = 30) -> Visitor:
    """A visitor of a running site, with a cookie jar of their own."""
    jar = urllib.request.HTTPCookieProcessor(CookieJar())
    opener = urllib.request.build_opener(jar, _Stay)

    def transport(method: str, url: str, data, headers) -> Page:
        url = urljoin(site, url)
        body = urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            response = opener.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Page(url, response.status, response.read().decode(), response.headers)

    return Visitor(transport)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are followed by the visitor, who notes them."""

    def redirect_request(self, *_: Any) -> None:
        return None
