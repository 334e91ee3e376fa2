"""Pages of rows that are converted only when a page shows them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar, overload

Row_co = TypeVar("Row_co", covariant=True)
Row = TypeVar("Row")
Shown = TypeVar("Shown")


class Rows(Protocol[Row_co]):
    """What a query set and a list have in common: they can be counted and sliced."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> Iterable[Row_co]: ...


class ConvertedRows(Sequence[Shown], Generic[Row, Shown]):
    """Rows for a `Paginator`, each slice of them converted at once, so that a page costs a fixed number of queries.

    `total` is the number of rows: given by the caller, who counts them in SQL.
    """

    def __init__(self, rows: Rows[Row], convert: Callable[[list[Row]], list[Shown]], *, total: int) -> None:
        self._rows, self._convert, self._total = rows, convert, total

    def __len__(self) -> int:
        return self._total

    @overload
    def __getitem__(self, key: int) -> Shown: ...
    @overload
    def __getitem__(self, key: slice) -> list[Shown]: ...
    def __getitem__(self, key: int | slice) -> Shown | list[Shown]:
        if isinstance(key, slice):
            return self._convert(list(self._rows[key]))
        position = range(self._total)[key]
        return self._convert(list(self._rows[position : position + 1]))[0]

    def __iter__(self) -> Iterator[Shown]:
        return iter(self[:])
