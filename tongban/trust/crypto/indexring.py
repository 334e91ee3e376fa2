"""This process's cache of the blind-index keys, and the format of an index, which identifies its key.

An index of key 1 is the whole HMAC: 64 hexadecimal digits. An index of a later key is `k`, three hexadecimal digits of
the key's number, and the first 60 digits of the HMAC. Since `k` is not a hexadecimal digit, indexes of different keys
cannot be confused.

Only committed keys are cached, as in `keyring`. A new key is used for look-ups at once. It makes indexes from
`current_from` on, when every process has read it.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from tongban.trust.crypto import keyring, masters, primitives
from tongban.trust.crypto.errors import KeyUnavailable
from tongban.trust.crypto.models import IndexKey, States, place_of

FIRST = 1
"""The number of TONGBAN_INDEX_KEY."""
_FORM = re.compile(r"(?:[0-9a-f]{64}|k(?P<number>[0-9a-f]{3})[0-9a-f]{60})")


@dataclass(frozen=True, slots=True)
class IndexSecret:
    """A decrypted index key."""

    number: int
    key: bytes
    sealed: bytes

    def index(self, message: bytes) -> str:
        """Return the message's index under this key, 64 characters."""
        digits = primitives.hmac_sm3(self.key, message).hex()
        return digits if self.number == FIRST else f"k{self.number:03x}{digits[:60]}"


class Ring:
    """The index keys as read at one moment."""

    def __init__(self, rows: list[IndexKey], opened: Mapping[int, IndexSecret]) -> None:
        self.opened = {row.number: _opened(row, opened.get(row.number)) for row in rows if row.state != "destroyed"}
        if FIRST not in self.opened:  # this is the migration that adopts it
            self.opened[FIRST] = IndexSecret(FIRST, bytes.fromhex(settings.INDEX_KEY), b"")
        now = datetime.now(UTC)  # not clock.now(): the demo city's history is written with today's keys
        active = [row for row in rows if row.state == States.ACTIVE]
        begun = [row.number for row in active if row.current_from <= now]
        first = max(begun, default=min((row.number for row in active), default=FIRST))
        others = sorted({row.number for row in active} - {first})
        self.active = (self.opened[first], *(self.opened[number] for number in others))
        """The key that makes new indexes, followed by those that are used for look-ups only."""
        coming = [(row.current_from - now).total_seconds() for row in active if row.current_from > now]
        self.until = time.monotonic() + min([settings.KEY_CACHE_SECONDS, *coming])


def _opened(row: IndexKey, known: IndexSecret | None) -> IndexSecret:
    sealed = bytes(row.sealed)
    if known is not None and known.sealed == sealed:
        return known
    return IndexSecret(row.number, masters.unseal(sealed, bound_to=place_of(row)), sealed)


_ring: Ring | None = None
_table_is_there = False


def current() -> IndexSecret:
    """Return the key that makes new indexes."""
    return _fresh().active[0]


def active() -> tuple[IndexSecret, ...]:
    """Return all keys under which rows may be found, the current one first."""
    return _fresh().active


def pinned() -> IndexSecret:
    """Return key 1, which is never rotated: the ledger's salts and other permanent values depend on it."""
    return _fresh().opened[FIRST]


def of_number(number: int) -> IndexSecret:
    """Return a key by its number, retired ones included.

    The keys are read again once for an unknown number. Raises KeyUnavailable when it does not exist.
    """
    ring = _fresh()
    if number not in ring.opened:
        ring = _read()
        if number not in ring.opened:
            raise KeyUnavailable()
    return ring.opened[number]


def number_of(index: str) -> int:
    """Return the number of the key that made the index. Raises ValueError for anything else than an index."""
    form = _FORM.fullmatch(index)
    if form is None or (form["number"] is not None and int(form["number"], 16) <= FIRST):
        raise ValueError("not a blind index")
    return int(form["number"], 16) if form["number"] else FIRST


def forget() -> None:
    """Discard the cache; the keys are read again at the next use."""
    ring = _ring
    if ring is not None:
        ring.until = 0


def _fresh() -> Ring:
    ring = _ring
    return ring if ring is not None and time.monotonic() < ring.until else _read()


def _read() -> Ring:
    global _ring
    ring = Ring(_rows(), _ring.opened if _ring else {})
    if not keyring.changing():
        _ring = ring
    return ring


def _rows() -> list[IndexKey]:
    """Return all index keys; none while the table does not exist, since earlier migrations may make indexes."""
    global _table_is_there
    if not _table_is_there:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [IndexKey._meta.db_table])
            _table_is_there = cursor.fetchone() != (None,)
    return list(IndexKey.objects.order_by("number")) if _table_is_there else []


keyring.forgetting.append(forget)
