"""What a page weighs on its way to a phone: HTML, styles, scripts and pictures, compressed.

The budgets are what was measured, and a tenth. Raise one only with a reason that readers feel.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from appointments.scheduling.states import STATES
from articles.models import Article, Topic
from articles.seed_library import load_library
from pages.text_pages import loading as text_pages
from tests.crawl.public_pages import visitor
from tests.crawl.world import World, make_world

pytestmark = pytest.mark.django_db
ASKED = re.compile(
    r"""<link\b[^>]*\brel="(?:stylesheet|modulepreload)"[^>]*>|<(?:script|img)\b[^>]*>"""
)
ADDRESS = re.compile(r"""\b(?:href|src)="([^"]+)\"""")
# What a file asks for itself: @import url("…"), import … from "…", new Worker("…").
WITHIN = re.compile(
    r"""(?:@import url\(|\bfrom |\bimport |\bimport\()["']([\w./-]+\.(?:css|js))["']"""
)
# kB by kind of page: HTML, styles, scripts, pictures.
BUDGETS = {
    "home": (6, 45, 1, 0),
    "article list": (6, 43, 19, 0),
    "longest article": (15, 44, 2, 0),
    "questions": (9, 44, 18, 0),
    "contact": (6, 43, 1, 0),
    "provider": (4, 45, 18, 0),
    "state step": (3, 45, 2, 0),
    "time step": (5, 43, 19, 0),
    "details step": (5, 45, 1, 0),
    "newsletter": (4, 43, 1, 0),
}


def test_no_page_is_heavier_than_its_budget(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    client, wrong = visitor(), []
    for kind, path in kinds(make_world()).items():
        weights = tuple(round(each / 1000, 1) for each in weigh(client, path))
        if any(one > most for one, most in zip(weights, BUDGETS[kind], strict=True)):
            wrong.append(f"{kind}: {weights} kB, its budget is {BUDGETS[kind]}")
    assert not wrong, "\n".join(wrong)


def kinds(world: World) -> dict[str, str]:
    """Return an address by the kind of page; the articles and texts are the real ones."""
    Topic.objects.update(name="A topic of the crawl")  # the library has one of that name
    load_library()
    text_pages.load()
    longest = max(
        Article.objects.published().select_related("online"), key=lambda each: len(each.online.body)
    )
    service = world.row("appointments.service").slug
    return {
        "home": reverse("pages:home"),
        "article list": reverse("articles:list"),
        "longest article": longest.get_absolute_url(),
        "questions": reverse("pages:faq"),
        "contact": reverse("pages:contact"),
        "provider": reverse("pages:provider", args=[world.row("appointments.provider").slug]),
        "state step": reverse("appointments:choose_state"),
        "time step": reverse("appointments:choose_time", args=[STATES["TN"], service]),
        "details step": reverse("appointments:details", args=[world.row("appointments.hold").uid]),
        "newsletter": reverse("newsletter:home"),
    }


def weigh(client: Client, path: str) -> tuple[int, int, int, int]:
    """Return the bytes of the HTML and of all styles, scripts and pictures that it loads."""
    response = client.get(path)
    assert response.status_code == 200, path
    sizes = {".css": 0, ".js": 0, "picture": 0}
    for address in loaded(response.text):
        kind = Path(address).suffix
        sizes[kind if kind in sizes else "picture"] += size(address)
    html = brotli.compress(response.content, quality=6)  # as core.cache does
    return len(html), *sizes.values()


def loaded(html: str) -> set[str]:
    found: set[str] = set()
    tags = (ADDRESS.search(tag) for tag in ASKED.findall(html))
    waiting = [tag[1] for tag in tags if tag]
    while waiting:
        address = waiting.pop()
        if address not in found:
            found.add(address)
            waiting += [urljoin(address, each) for each in within(address)]
    return found


def within(address: str) -> Iterator[str]:
    if address.endswith((".css", ".js")):
        yield from WITHIN.findall(content(address).decode())


@cache
def size(address: str) -> int:
    found = content(address)
    is_packed = address.endswith((".webp", ".avif", ".jpg", ".jpeg", ".png"))
    return len(found if is_packed else brotli.compress(found, quality=9))


def content(address: str) -> bytes:
    path = urlsplit(address).path
    if path.startswith(settings.STATIC_URL):
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        assert found, f"{address} is nowhere"
        return Path(found).read_bytes()
    with default_storage.open(path.removeprefix(settings.MEDIA_URL)) as file:
        return file.read()
