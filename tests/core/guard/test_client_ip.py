import pytest
from django.test import RequestFactory

from core.guard.client_ip import client_ip, client_network


def request_from(peer: str, forwarded: str | None = None):
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)


@pytest.fixture(autouse=True)
def proxies(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8:ffff::/48", "192.0.2.80"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
        ("10.0.0.1", "not an address, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("192.0.2.80", "198.51.100.7:52311", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::7]:52311", "2001:db8::7"),
        ("2001:db8:ffff::1", "2001:DB8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_a_trusted_proxy_tells_the_address(peer, forwarded, address):
    assert client_ip(request_from(peer, forwarded)) == address


@pytest.mark.parametrize("peer", ["198.51.100.7", "2001:db8::1", "11.0.0.1"])
def test_a_stranger_cannot_choose_an_address_by_a_header(peer):
    assert client_ip(request_from(peer, "203.0.113.9")) == peer


@pytest.mark.parametrize(
    "forwarded", ["", ",", "unknown", "198.51.100.7, 999.1.1.1", "\x00", "1:2:3"]
)
def test_a_header_that_is_no_address_leaves_the_peer(forwarded):
    assert client_ip(request_from("10.0.0.1", forwarded)) == "10.0.0.1"


def test_a_unix_socket_has_no_address():
    assert client_ip(request_from("")) == ""
    assert client_network(request_from("")) == ""


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_one_home_is_one_network(peer, network):
    assert client_network(request_from(peer)) == network
