"""The address that a request came from, and its network."""

import ipaddress

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest


def address_of(request: HttpRequest | None) -> str:
    """Return the address that a request came from; behind proxies, the one that our outermost proxy saw."""
    return (get_client_ip(request) if request is not None else None) or ""


def network_of(address: str) -> str:
    """Return the network of an address: 203.0.113.0 for 203.0.113.7, the /48 for an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "0.0.0.0"
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False).network_address)
