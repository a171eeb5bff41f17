"""What others name is asked only where it is of the open internet, and where it was looked at."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from core.web import client
from core.web.link_checker import check_link
from core.web.public_addresses import is_public
from tests.internet import Internet

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@pytest.fixture
def internet(monkeypatch, tmp_path) -> Iterator[Internet]:
    with Internet(monkeypatch, tmp_path, ["source.example"]) as internet:
        internet.names["source.example"] = [[PUBLIC]]
        yield internet


def test_the_connection_goes_to_the_address_that_was_looked_at(internet):
    internet.names["source.example"] = [[PUBLIC], ["127.0.0.1"], ["10.0.0.1"]]
    assert check_link("http://source.example/a?b=c#d") == (True, "200")
    assert internet.looked_up == ["source.example"]
    assert internet.connected == [PUBLIC]
    assert internet.requests == [("source.example", "/a?b=c")]


def test_https_is_checked_against_the_name_though_the_address_is_asked(internet):
    assert check_link("https://source.example/") == (True, "200")
    assert internet.greeted == ["source.example"]
    assert internet.requests == [("source.example", "/")]
    internet.names["other.example"] = [[PUBLIC]]
    ok, found = check_link("https://other.example/")
    assert not ok
    assert "SSLCertVerificationError" in found
    assert len(internet.requests) == 1


@pytest.mark.parametrize(
    "among", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "::1", "fd00::1"]
)
@pytest.mark.parametrize("place", [0, 1])
def test_one_private_address_among_public_ones_is_refused(internet, among, place):
    answer = [PUBLIC]
    answer.insert(place, among)
    internet.names["source.example"] = [answer]
    assert not check_link("http://source.example/")[0]
    assert internet.connected == []


def test_no_redirect_is_followed(internet):
    internet.status, internet.location = 302, "http://127.0.0.1:6379/"
    ok, found = check_link("http://source.example/")
    assert ok
    assert "has moved to" in found
    assert internet.connected == [PUBLIC]


def test_no_proxy_of_the_environment_is_asked(internet, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert check_link("http://source.example/") == (True, "200")
    assert internet.connected == [PUBLIC]


def test_the_next_address_is_asked_where_the_first_takes_no_connection(internet, monkeypatch):
    internet.names["source.example"] = [[PUBLIC, "93.184.215.15"]]
    connect = socket.socket.connect

    def refusing_the_first(opened, where):
        if where[0] == PUBLIC:
            raise ConnectionRefusedError
        return connect(opened, where)

    monkeypatch.setattr(socket.socket, "connect", refusing_the_first)
    assert check_link("http://source.example/") == (True, "200")
    assert internet.connected == ["93.184.215.15"]


@pytest.mark.parametrize(
    "url",
    [
        "http://user@source.example/",
        "http://user:secret@source.example/",
        "http://127.0.0.1%2f@source.example/",
        "http://source.example%00.evil.example/",
        "http://source.example/\r\nHost: evil.example",
        "http://source.example\\@127.0.0.1/",
        "http://source.example/a b",
        "http://source.example:99999/",
        "http://[::1/",
        "http://" + "a" * 70 + ".example/",
        "http://source.example/" + "a" * 2000,
        "http://2130706433/",
        "http://134744072/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "ftp://source.example/",
        "file:///etc/passwd",
        "gopher://source.example/",
        "//source.example/",
        "http:///",
        "",
    ],
)
def test_odd_addresses_are_not_even_looked_up(internet, url):
    assert check_link(url) == (False, "This is no web address.")
    assert internet.looked_up == internet.connected == []


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200"),  # noqa: S104
        *("127.0.0.1",),
        *("127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1"),
        *("192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
        *("255.255.255.255", "168.63.129.16"),
        *(
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:93.184.215.14",
            "::ffff:0:1.2.3.4",
        ),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1"),
        *("2001:0:5ef5:79fd:0:0:80ff:fffe", "2001:10::1", "2001:20::1", "2001:db8::1"),
        *("2002:7f00:1::", "2002:5db8:d70e::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
        *("fe80::1", "fe80::1%eth0", "2606:2800::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
        *("nonsense", "", "127.1", "1.2.3.4 "),
    ],
)
def test_an_address_of_no_open_network_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, "8.8.8.8", "64:ff9b::5db8:d70e"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(address)


def speaking(speak: Callable[[socket.socket], None]) -> str:
    """The address of a server that takes one connection and does with it what `speak` does."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server:
            opened, _ = server.accept()
            with opened, suppress(OSError):
                speak(opened)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/"


def trickle(opened: socket.socket) -> None:
    opened.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        opened.sendall(b"a")
        time.sleep(0.05)


def flood(opened: socket.socket) -> None:
    for _ in range(10_000):
        opened.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def test_the_time_is_that_of_all_steps_together():
    """Each byte comes in time, and the answer never. (The trickle alone would end nowhere.)"""
    with pytest.raises(client.NotFetched, match="TimeoutError"):
        client.fetch(speaking(trickle), agent="test", seconds=0.5, private=True)


def test_an_answer_has_a_bounded_length():
    with pytest.raises(client.NotFetched, match="ValueError"):
        client.fetch(speaking(flood), agent="test", private=True)


@pytest.mark.parametrize(
    "answer", [b"", b"\r\n", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"\0" * 500]
)
def test_an_answer_that_is_none_is_no_error_of_ours(settings, answer):
    settings.LINK_CHECK_PRIVATE = True
    ok, found = check_link(speaking(lambda opened: opened.sendall(answer)))
    assert not ok
    assert found.startswith("No answer")


def test_a_name_that_is_looked_up_for_ever_takes_the_time_of_all_steps(monkeypatch):
    over = threading.Event()

    def never(*_args, **_kwargs):
        over.wait(30)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", never)
    try:
        with pytest.raises(client.NotFetched, match="TimeoutError"):
            client.fetch("http://source.example/", agent="test", seconds=0.2)
    finally:
        over.set()
