"""The address of whoever sends a request. What proxies say counts only from a trusted one."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
PROTO = "HTTP_X_FORWARDED_PROTO"
# Nothing of ours reads these, and no library shall: the host is `Host`, the rest is settings.
NEVER = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_X_REAL_IP")


def drop_untrusted_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Drop what a stranger says in a proxy's name, before anybody reads it.

    `X-Forwarded-Proto` and `X-Forwarded-For` stay where a trusted proxy connects; of several
    values the last is the one that it added itself.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        trusted = comes_through_proxy(request)
        for name in NEVER if trusted else (*NEVER, PROTO, "HTTP_X_FORWARDED_FOR"):
            request.META.pop(name, None)
        if PROTO in request.META:
            request.META[PROTO] = request.META[PROTO].rpartition(",")[2].strip()
        return get_response(request)

    return middleware


def comes_through_proxy(request: HttpRequest) -> bool:
    """Return whether a trusted proxy connects, so that what it says of the request counts."""
    peer = _parse(request.META.get("REMOTE_ADDR", ""))
    return peer is not None and _is_trusted(peer)


def client_ip(request: HttpRequest) -> str:
    """Return the address of whoever sent this request, as text, without a port.

    That is `REMOTE_ADDR`, unless it lies in `settings.TRUSTED_PROXIES` (addresses or CIDR
    networks): then it is the right-most entry of `X-Forwarded-For` that no trusted proxy owns,
    or the left-most where they own all. An entry on that way that is no address spoils the
    header, and `REMOTE_ADDR` stands. Empty where the server gives none (a Unix socket).
    """
    peer = request.META.get("REMOTE_ADDR", "")
    return behind_proxies(peer, request.META.get("HTTP_X_FORWARDED_FOR", ""))


def behind_proxies(peer: str, forwarded: str) -> str:
    """Return the same of a connection, whose `X-Forwarded-For` is `forwarded`."""
    peer_address = _parse(peer)
    if peer_address is None:
        return peer
    if not forwarded or not _is_trusted(peer_address):
        return str(peer_address)
    return str(_forwarded_for(forwarded) or peer_address)


def client_network(request: HttpRequest) -> str:
    """Return what limits count by: the /64 of an IPv6 client (a home has one), an IPv4 address."""
    return network_of(client_ip(request))


def network_of(text: str) -> str:
    """Return the same of an address."""
    address = _parse(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return text


def is_loopback(text: str) -> bool:
    """Return whether it is this machine itself, or no address at all."""
    address = _parse(text)
    return address is None or address.is_loopback


def client_neighborhood(request: HttpRequest) -> str:
    """Return what one owner of many networks has: the /48 of an IPv6 client, the /24 of IPv4."""
    address = _parse(client_ip(request))
    if address is None:
        return ""
    return str(ip_network((int(address), 48 if isinstance(address, IPv6Address) else 24), False))


def _forwarded_for(header: str) -> Address | None:
    address = None
    for entry in reversed(header.split(",")):
        address = _parse(entry)
        if address is None or not _is_trusted(address):
            return address
    return address


def _parse(text: str) -> Address | None:
    """Read `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`; None for the rest."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    # A dual-stack socket shows IPv4 clients as ::ffff:192.0.2.1: they are one client, not two.
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(proxy, strict=False) for proxy in proxies)
