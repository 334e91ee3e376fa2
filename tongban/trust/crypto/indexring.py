"""The keys of blind indexes as this process knows them, and how an index says which key made it.

An index of key 1 is the whole HMAC, 64 hexadecimal digits, as it always was. One of a later key is `k`, three
hexadecimal digits of the key's number, and the first 60 digits of the HMAC: `k` is no such digit, so no index of one
key can be taken for one of another.

What is remembered is only what is committed, as in `keyring`. A key that was made is looked up by at once, and makes
indexes from `current_from` on, when every process has read it.
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
    """An index key ready for use."""

    number: int
    key: bytes
    sealed: bytes

    def index(self, message: bytes) -> str:
        """The 64 characters of the message's index under this key."""
        digits = primitives.hmac_sm3(self.key, message).hex()
        return digits if self.number == FIRST else f"k{self.number:03x}{digits[:60]}"


class Ring:
    """The index keys at one moment."""

    def __init__(self, rows: list[IndexKey], opened: Mapping[int, IndexSecret]) -> None:
        self.opened = {row.number: _opened(row, opened.get(row.number)) for row in rows if row.state != "destroyed"}
        if FIRST not in self.opened:  # not taken in yet: this is the very migration that does it
            self.opened[FIRST] = IndexSecret(FIRST, bytes.fromhex(settings.INDEX_KEY), b"")
        now = datetime.now(UTC)  # not clock.now(): the demo city's history is written with the keys of today
        active = [row for row in rows if row.state == States.ACTIVE]
        begun = [row.number for row in active if row.current_from <= now]
        first = max(begun, default=min((row.number for row in active), default=FIRST))
        others = sorted({row.number for row in active} - {first})
        self.living = (self.opened[first], *(self.opened[number] for number in others))
        """The one that makes new indexes, then those that are only looked up by."""
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
    """The key that makes new indexes."""
    return _fresh().living[0]


def living() -> tuple[IndexSecret, ...]:
    """All keys under which rows may be found, the current one first."""
    return _fresh().living


def pinned() -> IndexSecret:
    """Key 1, whatever rotates: salts of the ledger and what else must stay the same for ever."""
    return _fresh().opened[FIRST]


def of_number(number: int) -> IndexSecret:
    """The key of an index, retired ones too; a number that is not known is looked up once before it is refused."""
    ring = _fresh()
    if number not in ring.opened:
        ring = _read()
        if number not in ring.opened:
            raise KeyUnavailable()
    return ring.opened[number]


def number_of(index: str) -> int:
    """Which key made the index; ValueError for what is no index."""
    form = _FORM.fullmatch(index)
    if form is None or (form["number"] is not None and int(form["number"], 16) <= FIRST):
        raise ValueError("not a blind index")
    return int(form["number"], 16) if form["number"] else FIRST


def forget() -> None:
    """Read the keys again at the next use."""
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
    """None while the table is not there: a migration before this one may make indexes."""
    global _table_is_there
    if not _table_is_there:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [IndexKey._meta.db_table])
            _table_is_there = cursor.fetchone() != (None,)
    return list(IndexKey.objects.order_by("number")) if _table_is_there else []


keyring.forgetting.append(forget)
