"""Which language a page is in: that of its address, whatever the browser asks for."""

import pytest
from django.urls import reverse
from django.utils import translation

from core.languages.addresses import language_of, without_language


@pytest.mark.parametrize("path", ["/", "/about/", "/book/", "/articles/", "/newsletter/"])
def test_the_address_alone_decides(client, db, path):
    client.cookies["django_language"] = "es"
    plain = client.get(path, headers={"accept-language": "es"})
    assert '<html lang="en"' in plain.text
    spanish = client.get(f"/es{path}", headers={"accept-language": "en"})
    assert '<html lang="es"' in spanish.text
    assert (plain["Content-Language"], spanish["Content-Language"]) == ("en", "es")
    for answer in (plain, spanish):
        assert "Accept-Language" not in answer.get("Vary", "")
        assert "django_language" not in answer.cookies


def test_a_page_of_one_language_leads_to_pages_of_the_same(client, db):
    page = client.get("/es/").text
    assert 'href="/es/about/"' in page
    assert 'href="/about/"' not in page


@pytest.mark.parametrize(
    "path",
    [
        *("admin/", "accounts/login/", "api/v1/openapi.json", "healthz", "readyz", "metrics"),
        *("robots.txt", "sitemap.xml", "favicon.ico", "dev/mail/", "newsletter/webhooks/sns/"),
    ],
)
def test_what_is_for_staff_and_machines_has_one_address(client, db, path):
    assert client.get(f"/es/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/ES/", "/es-mx/", "/en/", "/fr/", "/es_MX/", "/eses/"])
def test_only_our_own_names_of_languages_are_any(client, db, path):
    assert client.get(path).status_code == 404
    assert language_of(path) == "en"


def test_nothing_is_left_of_a_language_after_its_request(client, db):
    client.get("/es/")
    assert translation.get_language() == "en"
    assert reverse("pages:about") == "/about/"


@pytest.mark.parametrize(
    ("path", "other"), [("/es/", "/"), ("/es", "/"), ("/es/book/", "/book/"), ("/book/", "/book/")]
)
def test_a_path_is_known_without_its_language(path, other):
    assert without_language(path) == other
