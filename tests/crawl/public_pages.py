"""Every page that a patient, a reader or a subscriber can meet, in each language: from the routes,
so that a new one is looked at, too."""

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.crawl.addresses import addresses
from tests.crawl.world import VISITOR, World
from tests.page_forms import Form, read_forms

# Staff's pages, other programs' and the machine's.
NOT_PUBLIC = ("/admin/", "/accounts/", "/api/", "/dev/mail/")
BESIDE = {"error 404": "/nowhere/", "error 400": "/?q=%00"}
# Fields that a person fills in; a form that has none does what its button says.
ASKS = {"first_name", "email", "text", "name", "message", "phone"}


class PublicPage(NamedTuple):
    language: str
    route: str
    path: str
    html: str
    status: int


def public_pages(world: World, languages: list[str] | None = None) -> list[PublicPage]:
    """Return each page as a browser of the crawl's visitor gets it, and those of errors."""
    client = visitor()
    found: dict[str, PublicPage] = {}
    for language in languages or [code for code, _ in settings.LANGUAGES]:
        with translation.override(language):
            every = [(each.route, each.path) for each in addresses(world)]
            home = reverse("pages:home").rstrip("/")
        beside = [(route, home + path) for route, path in BESIDE.items()]
        for route, path in every + beside:
            if not path.startswith(NOT_PUBLIC) and path not in found:
                for page in _page(client, language, route, path):
                    found[page.path] = page
    return list(found.values())


def visitor() -> Client:
    client = Client(raise_request_exception=False)
    client.cookies["visitor"] = VISITOR
    return client


def _page(client: Client, language: str, route: str, path: str) -> Iterator[PublicPage]:
    response = client.get(path)
    assert response.status_code < 500, path
    if response.status_code in (301, 302, 303) or "text/html" not in response["Content-Type"]:
        return
    html = response.text
    if "<html" in html:  # a fragment stands in a page
        yield PublicPage(language, route, path, html, response.status_code)


def forms_that_ask(page: PublicPage) -> list[Form]:
    """Return the forms of a page that, sent empty, do nothing but say what is missing."""
    return [
        form
        for form in read_forms(page.html)
        if form.method == "post" and ASKS & form.choices.keys()
    ]
