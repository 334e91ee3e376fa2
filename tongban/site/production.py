"""What a start refuses, in one message that names every variable.

Pure, except for the environment and the machine's own addresses. The strength of keys is checked by `key_strength`.
"""

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from tongban.foundation.operations import postgres
from tongban.site.bootstrap import SECRET_NAMES
from tongban.site.environment import Environment, WrongSettings
from tongban.site.key_strength import weak_keys

MASTERS = ("TONGBAN_MASTER_KEY_FILE", "TONGBAN_MASTER_KEY", "TONGBAN_HSM_LIBRARY")
CITY = ("TONGBAN_CITY_NAME", "TONGBAN_CITY_CODE", "TONGBAN_CITY_WINDOWS")
NEEDED = (*SECRET_NAMES, "DATABASE_URL", "TONGBAN_OIDC_KEYS", *CITY)


def usable_settings(argv: Sequence[str] = (), *, before_preparing: bool = False) -> Environment:
    """Read the settings. Raises WrongSettings, which names every variable that is wrong, missing or weak.

    With `before_preparing`, what `bootstrap.prepare_environment` is going to generate may be missing.
    """
    settings, wrong = Environment.examine()
    needed = CITY if before_preparing and not settings.is_production else NEEDED
    sentences = [*wrong.values(), *missing(settings, [name for name in needed if name not in wrong])]
    if settings.is_production:
        sentences += faults(settings)
    sentences += weak_keys(settings, argv)
    if sentences:
        raise WrongSettings(f"Tongban cannot start: {' '.join(sentences)}")
    return settings


def missing(settings: Environment, needed: Sequence[str]) -> list[str]:
    """Return a sentence if some of the needed variables are not set."""
    spared = {"TONGBAN_DATA_KEY"} if any(map(settings.is_set, MASTERS)) else set()
    names = [name for name in needed if name not in spared and not settings.is_set(name)]
    return [f"set {', '.join(names)} in the environment (see docs/settings.md)."] if names else []


def faults(settings: Environment) -> list[str]:
    """Return one sentence for each wrong setting; an empty list if the platform may start."""
    return [*_database(settings), *_address(settings), *_hosts(settings), *_numbers(settings)]


def hosts(settings: Environment) -> list[str]:
    """Return the host names served: TONGBAN_HOSTS if it is set, otherwise the host of the public address."""
    if settings.hosts is not None:
        return settings.hosts
    return [urlsplit(settings.address).hostname or ""]


def _database(settings: Environment) -> list[str]:
    if settings.restoring:  # a restore or drill examines its copy on an embedded server
        return []
    for name, url in (("DATABASE_URL", settings.database_url), ("DATABASE_OWNER_URL", settings.database_owner_url)):
        if postgres.is_embedded(url.get_secret_value()):
            return [f"{name} names an embedded database: production needs a PostgreSQL server of its own."]
    return []


def _address(settings: Environment) -> list[str]:
    address = settings.address
    if not _has_address(settings):
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


def _has_address(settings: Environment) -> bool:
    return "address" in settings.model_fields_set and bool(settings.address)


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
            one.bind((host, 0))  # only an address of this machine can be bound
    except OSError:
        return False
    return True


def _hosts(settings: Environment) -> list[str]:
    served, named = hosts(settings), settings.hosts is not None
    if named and not any(served):
        return ["TONGBAN_HOSTS is empty: name the hosts that are served, with commas between."]
    if any("*" in name for name in served):
        return ["TONGBAN_HOSTS contains *: name the hosts that are served, with commas between."]
    if named and not all(served):
        return ["TONGBAN_HOSTS has an empty name: take out the comma that is too much."]
    public = urlsplit(settings.address).hostname if _has_address(settings) else None
    if public and not any(public == name.lower() or _below(public, name.lower()) for name in served):
        return [f"TONGBAN_HOSTS does not name {public}, the host of TONGBAN_ADDRESS: every page would be refused."]
    return []


def _below(host: str, name: str) -> bool:
    return name.startswith(".") and (host == name[1:] or host.endswith(name))


def _numbers(settings: Environment) -> list[str]:
    if settings.number_of_proxies == 0:
        return [
            "TONGBAN_PROXIES is 0: in production a proxy ends TLS in front of the web server; say how many there are."
        ]
    return []
