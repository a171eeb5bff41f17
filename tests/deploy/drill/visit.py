"""What people do in the new clinic. Run inside its machine, by `curednation shell`."""

import ssl
import urllib.error
import urllib.request
from types import SimpleNamespace
from typing import Any

from django.conf import settings

from tests.appointments import booking_steps
from tests.factories import make_provider, make_service, monday
from tests.visitor import Page, Visitor, over_http

PASSWORD = "Nine-green-kettles-sing"


def browser(site: str = "") -> Visitor:
    """Return a visitor who says, as browsers do by https, which page a form came from."""
    visitor = over_http(site or settings.SITE_URL)
    send = visitor.transport

    def transport(method: str, url: str, data: Any, headers: dict[str, str]) -> Page:
        return send(method, url, data, headers | {"Referer": f"{settings.SITE_URL}/"})

    return Visitor(transport)


def prepare() -> None:
    """Offer a service, as the manager does in the admin."""
    make_service(slug="drill", providers=[make_provider(name="Anna Berg")])


def book(clock: str = "10:00", email: str = booking_steps.DETAILS["email"]) -> None:
    """Book a visit by https, as a patient does."""
    visitor = browser()
    assert visitor.get("/").status == 200
    service = SimpleNamespace(slug="drill")
    page = booking_steps.book(visitor, service, monday(clock), email=email)
    assert page.status == 200, page.text
    assert "done" in page.path, page.text
    print("booked", page.path)


def enter(link: str) -> None:
    """Open the invitation and set a password, as the manager does."""
    visitor = browser()
    page = visitor.get(link)
    page = visitor.submit(page, password1=PASSWORD, password2=PASSWORD)
    assert page.status == 200, page.text
    print("entered", page.path)


def headers() -> None:
    """Look at what the proxy answers, and lets nobody see."""
    page = browser().get("/")
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Server"] is None
    plain = browser(settings.SITE_URL.replace("https", "http")).get("/")
    assert (plain.status, plain.url) == (200, f"{settings.SITE_URL}/")
    for name in ("SSLv3", "TLSv1", "TLSv1_1"):
        context = ssl.create_default_context()
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, name)
        try:
            urllib.request.urlopen(settings.SITE_URL, context=context, timeout=5).close()
        except (urllib.error.URLError, ssl.SSLError):
            continue
        raise AssertionError(f"the proxy speaks {name}")
