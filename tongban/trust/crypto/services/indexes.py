"""Blind indexes: keyed digests by which equal values of one purpose can be found but not read.

Fill an index column with `blind_index`, and query it with `blind_indexes`, since rows may have indexes of two keys
while a key is being replaced. Values that cannot be reindexed stay under key 1 (`pinned_index`, `salt_for`).
"""

import hmac
import unicodedata
from collections.abc import Callable, Iterable

from tongban.foundation.locks import hold
from tongban.trust.crypto import indexring, primitives


def blind_index(value: str, *, purpose: str) -> str:
    """Return the index for a new row: HMAC-SM3 of the normalised value under the current key, 64 characters."""
    return indexring.current().index(_message(value, purpose))


def blind_indexes(value: str, *, purpose: str) -> list[str]:
    """Return all indexes that a row with this value may have, the current one first; for an `__in` query."""
    message = _message(value, purpose)
    return [secret.index(message) for secret in indexring.active()]


def indexes_of(index: str | None, text: Callable[[], str], *, purpose: str) -> list[str]:
    """Return what `blind_indexes` returns, for a row whose index is known.

    `text` decrypts the value; it is called only while there are two keys.
    """
    if not index:
        return []
    if index_is_current_everywhere(index):
        return [index]
    return list(dict.fromkeys([index, *blind_indexes(text(), purpose=purpose)]))


def index_is_current_everywhere(index: str) -> bool:
    """Return whether all rows are certain to have indexes of the key that made this index."""
    active = indexring.active()
    return len(active) == 1 and indexring.number_of(index) == active[0].number


def is_index_of(index: str, value: str, *, purpose: str) -> bool:
    """Return whether the index is that of the value, under the key that made the index.

    Raises ValueError when `index` is not an index, KeyUnavailable when its key does not exist.
    """
    expected = indexring.of_number(indexring.number_of(index)).index(_message(value, purpose))
    return hmac.compare_digest(index, expected)


def pinned_index(value: str, *, purpose: str) -> str:
    """Return an index under key 1, for values that cannot be reindexed, such as the name of a stored file."""
    return indexring.pinned().index(_message(value, purpose))


def salt_for(purpose: str, id: str) -> bytes:
    """Return a secret salt of 32 bytes: HMAC-SM3 of purpose and id under key 1. It never changes and is not stored."""
    return primitives.hmac_sm3(indexring.pinned().key, f"salt\x00{purpose}\x00{id}".encode())


def hold_value(value: str, *, purpose: str) -> None:
    """Lock a value until the transaction ends, before a row with a unique index of it is written.

    With one key the column's unique constraint is enough, and nothing is locked. With two keys the constraint does not
    see a duplicate under the other key: look for it with `blind_indexes` after this call.
    """
    if len(indexring.active()) > 1:
        hold(indexring.pinned().index(b"hold\x00" + _message(value, purpose)), seed=1)


def any_of(values: Iterable[tuple[str | None, Callable[[], str]]], *, purpose: str) -> list[str]:
    """Return the results of `indexes_of` for several rows in one list."""
    return [one for index, text in values for one in indexes_of(index, text, purpose=purpose)]


def _message(value: str, purpose: str) -> bytes:
    normal = unicodedata.normalize("NFKC", value).strip().upper()
    return f"{purpose}\x00{normal}".encode()
