"""The same page in the other language: by a plain link, on every page, to nowhere else."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import resolve

from appointments import links as visit_links
from core.languages import links
from tests.factories import make_appointment, make_patient, make_service, monday

pytestmark = pytest.mark.django_db
SWITCH = re.compile(r'<nav class="language-switch[^>]*>\s*<a href="([^"]*)"\s*lang="(\w+)"')


def switches(response) -> set[tuple[str, str]]:
    return {(href.replace("&amp;", "&"), lang) for href, lang in SWITCH.findall(response.text)}


@pytest.mark.parametrize("path", ["/", "/about/", "/book/", "/articles/", "/newsletter/"])
def test_header_and_footer_lead_to_the_same_page_and_back(client, path):
    english = client.get(path)
    assert switches(english) == {(f"/es{path}", "es")}
    assert len(SWITCH.findall(english.text)) == 2
    assert switches(client.get(f"/es{path}")) == {(path, "en")}


def test_a_private_page_leads_to_itself_and_keeps_its_headers(client):
    path = visit_links.page(make_appointment(starts_at=monday(), patient=make_patient()))
    plain, spanish = client.get(path), client.get(f"/es{path}")
    assert switches(plain) == {(f"/es{path}", "es")}
    assert switches(spanish) == {(path, "en")}
    for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy", "Content-Security-Policy"):
        assert re.sub(r"'nonce-[^']*'", "", spanish[name]) == re.sub(
            r"'nonce-[^']*'", "", plain[name]
        )
    assert "hreflang" not in spanish.text.partition("</head>")[0]
    assert "canonical" not in spanish.text.partition("</head>")[0]


def test_a_step_keeps_which_time_it_is_about_and_nothing_else(client):
    service = make_service()
    path = f"/book/tn/{service.slug}/"
    found = switches(client.get(f"{path}?day=2030-01-07&q=secret&token=abc&next=//evil.example"))
    assert found == {(f"/es{path}?day=2030-01-07", "es")}


def test_a_page_that_is_kept_for_everybody_shows_nothing_of_what_a_stranger_asked(client):
    first = client.get("/about/?day=2030-01-07&state=evil&q=secret")
    assert switches(first) == {("/es/about/", "es")}
    assert "evil" not in first.text
    assert switches(client.get("/about/")) == {("/es/about/", "es")}


@pytest.mark.parametrize("path", ["/es//evil.example/", "/nothing/here/", "/es/nothing/"])
def test_an_address_that_is_none_leads_home(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert {href for href, _ in switches(response)} <= {"/", "/es/"}


def test_a_page_that_answers_a_form_leads_where_one_can_go(client):
    response = client.post(
        "/newsletter/subscribe/", {"email": "wrong"}, headers={"origin": settings.SITE_URL}
    )
    for href, _lang in switches(response):
        assert client.get(href).status_code == 200


def test_what_has_one_address_has_no_switch(client):
    assert switches(client.get("/accounts/login/")) == set()


@pytest.mark.parametrize("path", ["/", "/es/about/", "/articles/", "/es/newsletter/"])
def test_search_engines_find_each_page_in_its_languages(client, path):
    head = client.get(path).text.partition("</head>")[0]
    found = dict(re.findall(r'hreflang="([\w-]+)"\s+href="([^"]+)"', head))
    plain = path.removeprefix("/es")
    assert found == {
        "en": settings.SITE_URL + plain,
        "es": f"{settings.SITE_URL}/es{plain}",
        "x-default": settings.SITE_URL + plain,
    }
    assert re.findall(r'rel="canonical"\s+href="([^"]+)"', head) == [settings.SITE_URL + path]


def test_no_link_is_cut_from_what_was_typed():
    request = RequestFactory().get("/about/")
    request.resolver_match = resolve("/about/")
    request.path = request.path_info = "//evil.example/about/"
    assert {urlsplit(each.path).netloc for each in links.in_each_language(request)} == {""}
