"""IP addresses and networks: which ones may be called on a third party's word, and how callers are counted. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
TRANSLATED = ip_network("64:ff9b::/96")
"""NAT64: the last 32 bits are an IPv4 address (RFC 6052)."""
LOCAL_TRANSLATED = ip_network("64:ff9b:1::/48")
LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


def networks_of(text: str) -> list[Network]:
    """Parse comma-separated networks. Raises ValueError, naming the part that is not a network."""
    found: list[Network] = []
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            found.append(ip_network(part))
        except ValueError:
            raise ValueError(f"{part} is not a network") from None
    return found


def counted_address(address: str) -> str:
    """Return the key under which calls from an address are counted.

    An IPv6 subscriber has 2^64 addresses, so IPv6 addresses are counted by their /64 network.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network(f"{parsed}/64", strict=False))


def is_within(address: str, networks: Iterable[Network]) -> bool:
    """Return whether an address is in one of the networks; False for text that is not an address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(parsed in network for network in networks)


def may_be_called(address: Address, *, allowed: Iterable[Network] = ()) -> bool:
    """Return whether an address that a third party named may be called: a public one, or one in `allowed`.

    An IPv4 address embedded in an IPv6 one (mapped, 6to4, Teredo, NAT64) is judged as the IPv4 address.
    """
    inner = _inside(address)
    if any(one.version == network.version and one in network for one in (address, *inner) for network in allowed):
        return True
    if inner:
        return all(map(_is_open, inner))
    return _is_open(address)


def _is_open(address: Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    site_local = isinstance(address, IPv6Address) and (address.is_site_local or address in LOCAL_TRANSLATED)
    return address.is_global and not special and not site_local


def _inside(address: Address) -> list[Address]:
    if isinstance(address, IPv4Address):
        return []
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address.sixtofour]
    if address.teredo:
        return list(address.teredo)
    low = int(address) & 0xFFFFFFFF
    if address in TRANSLATED or (int(address) >> 32 == 0 and low > 1):  # the latter: deprecated IPv4-compatible form
        return [IPv4Address(low)]
    return []
