"""Wraps keys for an identity `owner|purpose|version`, as data keys are wrapped."""

from tongban.trust.crypto import keyring
from tongban.trust.crypto.errors import KeyDestroyed, UnknownKey
from tongban.trust.crypto.models import DepartmentKey, States

MAX_KEY_BYTES = 255


def wrap(identity: str, key: bytes) -> bytes:
    """Encrypt a key of 1 to 255 bytes for the identity's department key (SM9, else SM2).

    Raises ValueError for another length, UnknownKey or KeyDestroyed.
    """
    if not 1 <= len(key) <= MAX_KEY_BYTES:
        raise ValueError(f"a key of 1 to {MAX_KEY_BYTES} bytes is wrapped, not data")
    return keyring.wrap(_department_key(identity), key)


def unwrap(identity: str, wrapped: bytes) -> bytes:
    """Decrypt a key. Raises Tampered when it was wrapped for another identity or changed, UnknownKey, KeyDestroyed."""
    return keyring.unwrap(_department_key(identity), wrapped)


def _department_key(identity: str) -> DepartmentKey:
    owner, _, rest = identity.partition("|")
    purpose, _, version = rest.rpartition("|")
    found = None
    if version.isdecimal() and len(version) < 9:
        found = DepartmentKey.objects.filter(owner=owner, purpose=purpose, version=int(version)).first()
    if found is None:
        raise UnknownKey(f"there is no department key {identity!r}")
    if found.state == States.DESTROYED:
        raise KeyDestroyed()
    return found
