import re
from html.parser import HTMLParser

import pytest

from pages.text_pages import catalog
from tests.pages.factories import make_practice

TEXTS = [f"/{entry.slug}/" for entry in catalog.ENTRIES]
PAGES = ["/", "/about/", "/contact/", *TEXTS, "/prices/", "/providers/", "/states/"]
pytestmark = pytest.mark.django_db


class Loads(HTMLParser):
    """What a browser fetches for a page, and every place where code or style stands inline."""

    def __init__(self, html: str):
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        for name in ("src", "srcset", "action", "poster", "data"):
            if name in given:
                self.addresses.append(given[name])
        is_named = given.get("rel") in ("canonical", "alternate")  # for search engines
        if tag in ("link", "use", "image") and not is_named:
            self.addresses.append(given["href"])
        is_code = tag == "script" and given.get("type") != "application/ld+json"
        if tag == "style" or (is_code and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_can_be_kept_by_any_cache(client, path, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = "abcdefghijklmnop"
    response = client.get(path)
    assert response.status_code == 200
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.text


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_loads_nothing_from_elsewhere_and_has_no_inline_code(client, path):
    loads = Loads(client.get(path).text)
    assert loads.addresses
    assert [a for a in loads.addresses if not re.match(r"/(?!/)", a)] == []
    assert loads.inline == []


@pytest.mark.parametrize("path", [*PAGES, "/nowhere/", "/?q=%00", "/healthz", "/robots.txt"])
def test_every_answer_carries_the_strict_headers(client, path):
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert policy["form-action"] == "'self'"
    for closed in ("object-src", "base-uri", "frame-ancestors"):
        assert policy[closed] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_read_only(client, path):
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_every_page_names_the_crisis_line_the_phone_and_the_privacy_notice(client, path):
    make_practice()
    html = client.get(path).text
    assert 'href="tel:988"' in html
    assert 'href="tel:911"' in html
    assert 'href="tel:+16155550142"' in html
    assert "(615) 555-0142" in html
    assert "100 Example Street" in html
    assert 'href="/privacy/"' in html


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_title_one_main_heading_and_a_way_past_the_menu(client, path):
    html = client.get(path).text
    assert len(re.findall(r"<h1", html)) == 1
    assert re.search(r"<title>[^<|]{4,} \| Curednation</title>", html)
    assert html.index('href="#main"') < html.index("<header")
    assert 'id="main"' in html


def test_the_privacy_notice_says_whether_the_clinic_has_reviewed_it(client):
    practice = make_practice()
    assert "has not reviewed it yet" in client.get("/privacy/").text
    practice.privacy_reviewed = "2026-10-05"
    practice.save()
    type(practice).share()
    html = client.get("/privacy/").text
    assert "has not reviewed it yet" not in html
    assert "October 5, 2026" in html


def test_the_style_page_exists_in_development_only(client, settings):
    assert client.get("/dev/style/").status_code == 404
    settings.DEBUG = True
    assert client.get("/dev/style/").status_code == 200


def test_htmx_is_loaded_only_where_a_page_asks_for_it(client, settings):
    assert "htmx" not in client.get("/").text
    settings.DEBUG = True
    html = client.get("/dev/style/").text
    assert '"includeIndicatorStyles":false' in html
    assert '"allowEval":false' in html
    assert '"selfRequestsOnly":true' in html


STRIP_PAGES = [
    *("/", "/contact/", "/articles/", "/newsletter/", "/book/", "/appointments/lost-link/"),
    *("/accounts/login/", "/nowhere/", "/appointments/nonsense/"),
]


@pytest.mark.parametrize("path", STRIP_PAGES)
def test_the_first_thing_on_every_page_is_whom_to_call_in_a_crisis(client, path):
    body = client.get(path).text.split("<body")[1]
    strip = body[body.index('class="crisis-strip"') : body.index("<h1")]
    for line in ("tel:988", "sms:988", "tel:911"):
        assert f'href="{line}"' in strip


def test_in_spanish_the_crisis_line_is_pressed_through_and_texted_in_spanish(client):
    for path in ("/es/", "/es/book/", "/es/nowhere/"):
        strip = client.get(path).text.split('class="crisis-strip"')[1].split("</aside>")[0]
        assert 'href="sms:988?&amp;body=AYUDA"' in strip
