"""Which addresses are of the open internet: by IANA's registries of special-purpose addresses."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Within what Python calls global, or did in a version that we support.
_NOT_PUBLIC_4 = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15"),
        "168.63.129.16/32",  # Azure's own service, which answers inside only
    )
]
_GLOBAL_6 = ip_network("2000::/3")
# Tunnels and test networks: what stands behind such an address is another one.
_NOT_PUBLIC_6 = [ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16")]
_NOT_PUBLIC_6 += [ip_network("3fff::/20")]
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the open internet. False for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _is_public_4(found) if isinstance(found, IPv4Address) else _is_public_6(found)


def _is_public_4(address: IPv4Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_PUBLIC_4)
    )


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id:
        return False
    if address in _NAT64:  # where a network speaks IPv6 only, this is how the others are reached
        return _is_public_4(IPv4Address(address.packed[-4:]))
    return (
        address in _GLOBAL_6
        and address.is_global
        and not any(address in network for network in _NOT_PUBLIC_6)
    )
