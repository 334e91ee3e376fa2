"""Master keys: from a hardware module, a file that only its owner can read, or the environment.

The first configured master key seals. All configured ones open, so that a master key can be replaced without downtime.
"""

from functools import cache

from django.conf import settings

from tongban.trust.crypto.errors import CryptoUnavailable, KeyUnavailable
from tongban.trust.crypto.masters.base import Master as Master
from tongban.trust.crypto.masters.software import SoftwareMaster, from_file, from_text

LABEL = 8
"""Length in bytes of the label that precedes each value and identifies its master key."""


@cache
def masters() -> tuple[Master, ...]:
    """Return all configured master keys; the first one seals. Raises CryptoUnavailable for wrong settings."""
    found: list[Master] = []
    if settings.HSM_LIBRARY:
        from tongban.trust.crypto.masters.sdf import SdfMaster

        found += [SdfMaster(settings.HSM_LIBRARY, index) for index in settings.HSM_KEY_INDEXES]
    if settings.MASTER_KEY_FILE:
        found += from_file(settings.MASTER_KEY_FILE)
    if settings.MASTER_KEY:
        found += from_text(settings.MASTER_KEY, source="environment")
    if settings.DATA_KEY:
        found.append(SoftwareMaster(bytes.fromhex(settings.DATA_KEY), source="data-key"))
    if not found:
        raise CryptoUnavailable(
            "no master key: set TONGBAN_MASTER_KEY_FILE, TONGBAN_MASTER_KEY, TONGBAN_HSM_LIBRARY or TONGBAN_DATA_KEY"
        )
    return tuple(found)


def current() -> Master:
    """Return the master key that seals."""
    return masters()[0]


def seal(plain: bytes, *, bound_to: bytes) -> bytes:
    """Seal a secret of the hierarchy under the current master key: `label | sealed value`."""
    master = current()
    return master.label + master.seal(plain, bound_to)


def unseal(sealed: bytes, *, bound_to: bytes) -> bytes:
    """Open a secret. Raises KeyUnavailable when its master key is not configured, Tampered when it was changed."""
    sealed = bytes(sealed)
    for master in masters():
        if master.label == sealed[:LABEL]:
            return master.open(sealed[LABEL:], bound_to)
    raise KeyUnavailable()


def forget() -> None:
    """Read the settings again at the next use."""
    masters.cache_clear()
