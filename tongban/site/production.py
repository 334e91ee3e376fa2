"""What a production start refuses, each in one sentence that names the variable. Pure but for the machine's addresses.

Whether keys are strong enough is judged by `key_strength`.
"""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from tongban.foundation.operations import postgres
from tongban.site.bootstrap import SECRET_NAMES

MASTERS = ("TONGBAN_MASTER_KEY_FILE", "TONGBAN_MASTER_KEY", "TONGBAN_HSM_LIBRARY")
NEEDED = (*SECRET_NAMES, "DATABASE_URL", "TONGBAN_OIDC_KEYS")


def refusal(environ: Mapping[str, str], *, production: bool = True) -> str:
    """Why a start cannot go on; empty: it can. A development start only lacks what it could not make up."""
    said = missing(environ) or (faults(environ) if production else [])
    return f"Tongban cannot start: {' '.join(said)}" if said else ""


def missing(environ: Mapping[str, str]) -> list[str]:
    """What every start needs in its environment; a development start has made it up by now."""
    spared = {"TONGBAN_DATA_KEY"} if any(map(environ.get, MASTERS)) else set()
    names = [name for name in NEEDED if name not in spared and not environ.get(name)]
    return [f"set {', '.join(names)} in the environment (see README, Settings)."] if names else []


def faults(environ: Mapping[str, str]) -> list[str]:
    """Everything that must be put right; empty: the platform may start."""
    return [*_database(environ), *_address(environ), *_hosts(environ), *_numbers(environ)]


def hosts(environ: Mapping[str, str]) -> list[str]:
    """The host names served: those of TONGBAN_HOSTS, or that of the public address where it is not set."""
    if "TONGBAN_HOSTS" in environ:
        return [name.strip() for name in environ["TONGBAN_HOSTS"].split(",")]
    return [urlsplit(environ.get("TONGBAN_ADDRESS", "")).hostname or ""]


def _database(environ: Mapping[str, str]) -> list[str]:
    if "TONGBAN_RESTORING" in environ:  # a restore or a drill examines its copy on an embedded server
        return []
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if postgres.is_embedded(environ.get(name, "")):
            return [f"{name} names an embedded database: production needs a PostgreSQL server of its own."]
    return []


def _address(environ: Mapping[str, str]) -> list[str]:
    address = environ.get("TONGBAN_ADDRESS", "")
    if not address:
        return [
            "TONGBAN_ADDRESS is not set: give the public address, e.g. https://zwfw.example.gov.cn; QR codes carry it."
        ]
    parts = urlsplit(address)
    if parts.scheme != "https":
        return [f"TONGBAN_ADDRESS is {address}: it must begin with https://, because sign-ins and QR codes carry it."]
    if parts.path or parts.query or parts.fragment or parts.username or not parts.hostname:
        return [f"TONGBAN_ADDRESS is {address}: give scheme and host only, without a path or a slash at the end."]
    if _is_this_machine(parts.hostname):
        return [f"TONGBAN_ADDRESS is {address}: it must be the public name, not an address of this machine."]
    return []


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local")) or host == socket.gethostname().lower():
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or address.is_link_local:
        return True
    try:
        with socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind((host, 0))  # only an address of ours can be bound
    except OSError:
        return False
    return True


def _hosts(environ: Mapping[str, str]) -> list[str]:
    served = hosts(environ)
    if "TONGBAN_HOSTS" in environ and not any(served):
        return ["TONGBAN_HOSTS is empty: name the hosts that are served, with commas between."]
    if any("*" in name for name in served):
        return ["TONGBAN_HOSTS contains *: name the hosts that are served, with commas between."]
    if not all(served) and "TONGBAN_HOSTS" in environ:
        return ["TONGBAN_HOSTS has an empty name: take out the comma that is too much."]
    public = urlsplit(environ.get("TONGBAN_ADDRESS", "")).hostname
    if public and not any(public == name.lower() or _below(public, name.lower()) for name in served):
        return [f"TONGBAN_HOSTS does not name {public}, the host of TONGBAN_ADDRESS: every page would be refused."]
    return []


def _below(host: str, name: str) -> bool:
    return name.startswith(".") and (host == name[1:] or host.endswith(name))


def _numbers(environ: Mapping[str, str]) -> list[str]:
    if environ.get("TONGBAN_PROXIES", "1") == "0":
        return [
            "TONGBAN_PROXIES is 0: in production a proxy ends TLS in front of the web server; say how many there are."
        ]
    return []
