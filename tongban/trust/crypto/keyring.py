"""This process's cache of the data keys: read together, decrypted on first use, read again after KEY_CACHE_SECONDS.

Only committed keys are cached. While the caller's own transaction changes keys, they are read each time.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from django.conf import settings
from django.db import connection, transaction

from tongban.trust.crypto import masters
from tongban.trust.crypto.errors import KeyDestroyed, KeyUnavailable, Tampered, UnknownKey
from tongban.trust.crypto.models import DataKey, DepartmentKey, States
from tongban.trust.crypto.models import place_of as place_of
from tongban.trust.crypto.primitives import provider
from tongban.trust.crypto.providers import sm9

LEGACY = 1
"""The number of the single local key from before the hierarchy. Its values begin with the byte 01, all others with 02
and the key's number."""
NUMBERED = b"\x02"
HEAD = 5
"""Length of a numbered key id in bytes: the version byte and the number."""
logger = logging.getLogger("tongban.crypto")


@dataclass(frozen=True, slots=True)
class OpenedDataKey:
    """A decrypted data key."""

    head: bytes
    """The key id with which its sealed values begin."""
    cipher: SM4
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    purpose: str
    state: str
    wrapped: bytes
    sealed: bytes
    department_key: DepartmentKey


class Ring:
    """The data keys as read at one moment."""

    def __init__(self, rows: list[_Row], opened: Mapping[int, OpenedDataKey]) -> None:
        self.rows = {row.number: row for row in rows}
        self.current = {row.purpose: row.number for row in rows if row.state == States.ACTIVE}
        self.opened = {
            number: key
            for number, key in opened.items()
            if number in self.rows and self.rows[number].wrapped == key.wrapped
        }
        self.until = time.monotonic() + settings.KEY_CACHE_SECONDS

    def open(self, number: int) -> OpenedDataKey:
        """Return a key, decrypting it on first use. Raises KeyDestroyed, KeyUnavailable or Tampered."""
        key = self.opened.get(number)
        if key is None:
            row = self.rows[number]
            if row.state == States.DESTROYED:
                raise KeyDestroyed()
            with _opening:
                key = self.opened.get(number) or OpenedDataKey(
                    head_of(number), SM4(unwrap(row.department_key, row.wrapped)), row.wrapped
                )
                self.opened[number] = key
        return key


_ring = Ring([], {})
_ring.until = 0
_opening = threading.Lock()


def cached_for() -> timedelta:
    """Return how long a process may use keys that it has read before."""
    return timedelta(seconds=settings.KEY_CACHE_SECONDS)


def head_of(number: int) -> bytes:
    """Return the key id with which sealed values of a key begin."""
    return b"\x01" if number == LEGACY else NUMBERED + number.to_bytes(4, "big")


def number_of(sealed: bytes) -> tuple[int, int]:
    """Return the number of a sealed value's key and the length of its key id. Raises Tampered for anything else."""
    if sealed[:1] == NUMBERED and len(sealed) >= HEAD + 28:
        return int.from_bytes(sealed[1:HEAD], "big"), HEAD
    if sealed[:1] == b"\x01" and len(sealed) >= 29:
        return LEGACY, 1
    raise Tampered("a sealed value is cut short" if sealed[:1] in (b"\x01", NUMBERED) else "not a sealed value")


def key_of_number(number: int) -> OpenedDataKey:
    """Return the key with this number. The keys are read again once for an unknown number.

    Raises UnknownKey, KeyDestroyed, KeyUnavailable or Tampered.
    """
    ring = _fresh()
    if number not in ring.rows:
        ring = _read()
        if number not in ring.rows:
            raise UnknownKey(f"the key {number:08x} of a sealed value is not known here")
    return _opened(ring, number)


def key_of_purpose(purpose: str) -> OpenedDataKey | None:
    """Return the key that seals values of the purpose; None when there is none yet.

    Raises KeyUnavailable or Tampered when it cannot be opened.
    """
    ring = _fresh()
    if purpose not in ring.current:
        ring = _read()
        if purpose not in ring.current:
            return None
    return _opened(ring, ring.current[purpose])


def _opened(ring: Ring, number: int) -> OpenedDataKey:
    """Open a key. A cached row may be wrapped for a department key that has been replaced; then read the keys again."""
    try:
        return ring.open(number)
    except (KeyUnavailable, Tampered):
        again = _read()
        if again.rows.get(number) == ring.rows[number]:
            raise
        return again.open(number)


forgetting: list[Callable[[], None]] = []
"""Functions that `forget` calls; the cache of index keys adds its own."""


def changed() -> None:
    """Discard the cache once the current transaction is committed. Call it in each transaction that changes keys."""
    transaction.on_commit(forget)


def forget() -> None:
    """Discard the cache, and those that `forgetting` lists; keys are read again at the next use."""
    _ring.until = 0
    for also in forgetting:
        also()


def unwrap(department_key: DepartmentKey, wrapped: bytes) -> bytes:
    """Decrypt a data key; the department key is opened under the master key for this one use.

    Raises KeyUnavailable or Tampered.
    """
    secret = masters.unseal(bytes(department_key.sealed), bound_to=place_of(department_key))
    if department_key.algorithm == DepartmentKey.Algorithms.SM9:
        return sm9.unwrap(secret, department_key.identity, bytes(wrapped))
    return provider().decrypt(secret, bytes(department_key.public), bytes(wrapped))


def wrap(department_key: DepartmentKey, key: bytes) -> bytes:
    """Encrypt a data key for a department key; needs no secret."""
    if department_key.algorithm == DepartmentKey.Algorithms.SM9:
        return sm9.wrap(bytes(department_key.public), department_key.identity, key)
    return provider().encrypt(bytes(department_key.public), key)


def _fresh() -> Ring:
    ring = _ring
    return ring if time.monotonic() < ring.until else _read()


def _read() -> Ring:
    global _ring
    before = _ring
    rows = [
        _Row(
            key.number,
            key.purpose,
            key.state,
            bytes(key.wrapped),
            bytes(key.department_key.sealed),
            key.department_key,
        )
        for key in DataKey.objects.select_related("department_key")
    ]
    ring = Ring(rows, before.opened)
    if not changing():
        _ring = ring
    return ring


def changing() -> bool:
    """Return whether the caller's transaction has changed keys, so that what it reads may be rolled back."""
    return any(function is forget for _, function, *_ in connection.run_on_commit)
