import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.utils import timezone

from pages.text_pages import catalog
from tests.pages.factories import make_practice


def test_robots_may_read_the_public_pages_and_nothing_private(client, settings):
    settings.SITE_URL = "https://clinic.example.org"
    text = client.get("/robots.txt").text
    for private in ("/appointments/", "/accounts/", "/admin/"):
        assert f"Disallow: {private}\n" in text
    assert "Disallow: /\n" not in text
    assert "Sitemap: https://clinic.example.org/sitemap.xml" in text


@pytest.mark.django_db
def test_the_sitemap_lists_the_public_pages_under_the_configured_address(client, settings):
    settings.SITE_URL = "https://clinic.example.org"
    xml = client.get("/sitemap-pages.xml").text
    found = re.findall(r"<loc>([^<]+)</loc>", xml)
    texts = [f"/{entry.slug}/" for entry in catalog.ENTRIES]
    assert found == [
        f"https://clinic.example.org{language}{page}"
        for page in (
            *("/", "/about/", "/contact/", *texts, "/prices/", "/providers/", "/states/"),
            *("/book/", "/articles/", "/newsletter/"),
        )
        for language in ("", "/es")
    ]
    assert 'hreflang="es" href="https://clinic.example.org/es/about/"' in xml


@pytest.mark.django_db
def test_security_txt_says_whom_to_tell_and_has_not_expired(client, settings):
    settings.SITE_URL = "https://clinic.example.org"
    make_practice()
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in response.text.splitlines()]
    assert ["Contact", "mailto:hello@example.org"] in fields
    assert ["Canonical", "https://clinic.example.org/.well-known/security.txt"] in fields
    expires = datetime.fromisoformat(dict(fields)["Expires"])
    assert timezone.now() < expires < timezone.now() + timedelta(days=366)


@pytest.mark.django_db
def test_security_txt_has_a_contact_even_without_an_email(client):
    assert "Contact: http" in client.get("/.well-known/security.txt").text


def test_browsers_that_ask_for_favicon_ico_find_the_mark(client):
    assert client.get("/favicon.ico").url.endswith(".png")


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = Path(project.BASE_DIR / "static/svg/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    templates = list(Path(project.BASE_DIR).glob("templates/**/*.html"))
    used = {
        prefix + name
        for template in templates
        for tag, name in re.findall(r'{% (icon|picture) "([^"]+)"', template.read_text())
        for prefix in ["ill-" if tag == "picture" else ""]
    }
    assert "clock" in used
    assert used - drawn == set()


def test_the_theme_finds_bootstrap_under_its_hashed_name(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    [theme] = (tmp_path / "css").glob("theme.*.css")
    [imported] = re.findall(r'@import url\("([^"]+)"\) layer\(bootstrap\)', theme.read_text())
    assert re.search(r"bootstrap\.min\.[0-9a-f]{12}\.css$", imported)
    assert (theme.parent / imported).exists()
