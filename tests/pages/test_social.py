"""What a page says to whoever shares it: tags of Open Graph and a picture, on public pages only."""

import io
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from core.images.social import SIZE, draw_social_picture
from tests.articles.factories import approve, edit, make_article
from tests.pages.factories import make_practice

PUBLIC = [
    "/",
    "/prices/",
    "/states/",
    "/providers/",
    "/es/",
    "/about/",
    "/contact/",
    "/privacy/",
    "/newsletter/",
    "/articles/",
    "/articles/open/",
]
PICTURE = re.compile(r'<meta property="og:image" content="([^"]+)">')


@pytest.fixture
def site(db, settings):
    settings.SITE_URL = "https://clinic.example.org"
    make_practice(name="Example Clinic")
    return make_article(slug="open", title="What naltrexone does & doesn’t")


def picture_of(client, path: str) -> str:
    return PICTURE.search(client.get(path).text)[1].removeprefix(settings.SITE_URL)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_says_its_title_and_has_a_picture_of_ours(client, site, path):
    html = client.get(path).text
    for name in ("title", "description", "url", "site_name"):
        assert re.search(rf'property="og:{name}" content="[^"]+"', html), name
    assert f'property="og:url" content="https://clinic.example.org{path}"' in html
    assert 'name="twitter:card" content="summary_large_image"' in html
    answer = client.get(picture_of(client, path))
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == SIZE


def test_each_article_has_a_picture_of_its_own_at_an_address_that_changes_with_it(
    client, site, django_capture_on_commit_callbacks
):
    address = picture_of(client, "/articles/open/")
    drawn = client.get(address).content
    assert drawn != client.get(picture_of(client, "/")).content
    with django_capture_on_commit_callbacks(execute=True):
        approve(edit(site, title="What naltrexone cannot do"))
    assert picture_of(client, "/articles/open/") != address
    assert client.get(address).content != drawn


def test_a_draft_has_no_picture(client, site):
    assert client.get("/articles/nothing/share.png").status_code == 404


@pytest.mark.parametrize("path", ["/", "/about/", "/contact/"])
def test_the_clinic_says_who_it_is_to_machines(client, site, path):
    html = client.get(path).text
    said = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    assert said["@type"] == "MedicalOrganization"
    assert said["name"] == "Example Clinic"
    assert said["url"] == "https://clinic.example.org/"
    assert "" not in said.values()


def test_a_page_of_somebodys_own_has_nothing_to_share():
    folder = Path(settings.BASE_DIR) / "templates"
    tags = re.compile(r"\{% (social|clinic_json_ld)\b|_social\.html|articles/_meta")
    pages = [path.read_text() for path in folder.rglob("*.html")]
    sharing = [page for page in pages if tags.search(page)]
    assert len(sharing) > 8
    assert not [page for page in sharing if "quiet.html" in page]


@pytest.mark.parametrize("title", ["", "x", "word " * 60, "w" * 120, "¿Cuánto? Niñez", "日本"])
def test_any_title_can_be_drawn(title):
    drawn = draw_social_picture(title, above=title, name=title)
    assert Image.open(io.BytesIO(drawn)).size == SIZE
    assert len(drawn) < 60_000
