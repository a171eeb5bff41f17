"""What a proxy says counts only where a trusted proxy says it."""

import pytest
from django.test import Client

from tests.core.guard.sockets import connect, head, status
from tests.newsletter.factories import make_consent_text

PROXY, STRANGER = "10.0.0.7", "192.0.2.1"


@pytest.fixture
def _public_site(settings) -> None:
    """As in a deployment behind one proxy."""
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True


def asked(peer: str, **headers: str):
    return Client(REMOTE_ADDR=peer).get("/about/", headers=headers)


@pytest.mark.django_db
@pytest.mark.usefixtures("_public_site")
@pytest.mark.parametrize(
    ("peer", "proto", "expected"),
    [
        (PROXY, "https", 200),
        (f"::ffff:{PROXY}", "https", 200),
        (PROXY, "http, https", 200),
        (PROXY, "https, http", 301),  # the proxy added what is true
        (PROXY, "http", 301),
        (PROXY, "", 301),
        (STRANGER, "https", 301),
        ("", "https", 301),
    ],
)
def test_a_page_was_asked_for_by_https_when_a_trusted_proxy_says_so(peer, proto, expected):
    assert asked(peer, X_Forwarded_Proto=proto).status_code == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("_public_site")
@pytest.mark.parametrize("peer", [PROXY, STRANGER])
def test_no_other_header_changes_scheme_or_host(peer):
    response = asked(
        peer,
        Forwarded="proto=https;host=evil.example;for=192.0.2.9",
        X_Forwarded_Host="evil.example",
        X_Forwarded_Port="444",
        X_Forwarded_Ssl="on",
        Front_End_Https="on",
    )
    assert response.status_code == 301
    assert response["Location"] == "https://testserver/about/"


def test_a_name_with_underscores_does_not_pass_for_what_the_proxy_has_set(start_site):
    make_consent_text()
    site = start_site(TRUSTED_PROXIES="127.0.0.0/8", LIMIT_NEWSLETTER="1/day")
    found = []
    for number in range(3):
        typed = b"email=grace%d%%40example.org&page=pages:home" % number
        fields = {"content_length": len(typed), "sec_fetch_site": "same-origin"}
        said = head(site.url, x_forwarded_for=STRANGER, **fields).replace(
            b"\r\n\r\n", b"\r\nX_Forwarded_For: 198.51.100.%d\r\n\r\n" % number
        )
        with connect(site.url) as line:
            line.sendall(said + typed)
            found.append(status(line))
    assert found == [200, 429, 429]
