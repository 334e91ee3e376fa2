"""Blind indexes: equal values of one purpose can be found, none can be read.

A column that is found by an index is filled by `blind_index` and asked by `blind_indexes`: while a key is being
replaced, rows lie under two. What no row can be read back for stays under key 1 (`pinned_index`, `salt_for`).
"""

import hmac
import unicodedata
from collections.abc import Callable, Iterable

from tongban.foundation.locks import hold
from tongban.trust.crypto import indexring, primitives


def blind_index(value: str, *, purpose: str) -> str:
    """The index of a new row: HMAC-SM3 of the normalised value under the current key, 64 characters."""
    return indexring.current().index(_message(value, purpose))


def blind_indexes(value: str, *, purpose: str) -> list[str]:
    """All indexes under which a row with this value may lie, the current one first: for `__in` of a query."""
    message = _message(value, purpose)
    return [secret.index(message) for secret in indexring.living()]


def indexes_of(index: str | None, text: Callable[[], str], *, purpose: str) -> list[str]:
    """The same for the value of a row that is at hand; its text is only opened while there are two keys."""
    if not index:
        return []
    if index_is_current_everywhere(index):
        return [index]
    return list(dict.fromkeys([index, *blind_indexes(text(), purpose=purpose)]))


def index_is_current_everywhere(index: str) -> bool:
    """Whether no row can lie under another key than the one that made this index."""
    living = indexring.living()
    return len(living) == 1 and indexring.number_of(index) == living[0].number


def is_index_of(index: str, value: str, *, purpose: str) -> bool:
    """Whether the index is the value's, under the key that made it; also for a digest whose text is not kept."""
    expected = indexring.of_number(indexring.number_of(index)).index(_message(value, purpose))
    return hmac.compare_digest(index, expected)


def pinned_index(value: str, *, purpose: str) -> str:
    """An index under key 1 for ever, for what cannot be indexed again: the address of a file, an entry's digest."""
    return indexring.pinned().index(_message(value, purpose))


def salt_for(purpose: str, id: str) -> bytes:
    """A secret salt, 32 bytes: HMAC-SM3 of purpose and id under key 1, which never changes; in no dump."""
    return primitives.hmac_sm3(indexring.pinned().key, f"salt\x00{purpose}\x00{id}".encode())


def hold_value(value: str, *, purpose: str) -> None:
    """Before a row with a unique index is written: wait for others who write the same value, until the end of theirs.

    With one key the column's own constraint refuses a twin, and nothing is asked. With two it does not see one that
    lies under the other key: look for it with `blind_indexes` after this.
    """
    if len(indexring.living()) > 1:
        hold(indexring.pinned().index(b"hold\x00" + _message(value, purpose)), seed=1)


def any_of(values: Iterable[tuple[str | None, Callable[[], str]]], *, purpose: str) -> list[str]:
    """`indexes_of` for several rows in one list."""
    return [one for index, text in values for one in indexes_of(index, text, purpose=purpose)]


def _message(value: str, purpose: str) -> bytes:
    normal = unicodedata.normalize("NFKC", value).strip().upper()
    return f"{purpose}\x00{normal}".encode()
