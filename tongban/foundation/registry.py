"""How a room provides something to rooms below it: many rooms fill a registry, exactly one room fills a port.

Both are filled while the platform starts (see `rooms.Room.connect`). A second entry under the same name is a
programming error and stops the start.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison

T = TypeVar("T")


class AlreadyTaken(RuntimeError):
    """Two rooms registered the same name, or offered the same port."""


class NotOffered(RuntimeError):
    """The value of a port was requested, but no installed room offers it."""


class Registry(Generic[T]):
    """Named values that rooms add while the platform starts.

    `values` is sorted by `order`; entries of equal order keep the order in which they were added. Rooms start storey by
    storey from the foundation upwards, and in the alphabetical order of their names within a storey (`site.rooms`), so
    the order is the same in every process. Give `order` wherever it matters to a reader.
    """

    def __init__(self, what: str, *, order: Callable[[T], "SupportsRichComparison"] = lambda value: 0) -> None:
        self.what = what
        self._order = order
        self._values: dict[str, T] = {}
        self._in_order: list[T] | None = None
        """The sorted values, until another is added: a page asks for its menus and columns many times."""

    def add(self, name: str, value: T) -> None:
        """Add a value. Raises AlreadyTaken if the name is in use."""
        if name in self._values:
            raise AlreadyTaken(f"{self.what}: {name} is registered already")
        self._values[name] = value
        self._in_order = None

    def get(self, name: str) -> T | None:
        """Return the value of a name, or None."""
        return self._values.get(name)

    def values(self) -> list[T]:
        """Return all values, sorted by `order`."""
        found = self._in_order
        if found is None:
            found = self._in_order = sorted(self._values.values(), key=self._order)
        return list(found)

    def names(self) -> list[str]:
        """Return all names in the order in which they were added."""
        return list(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[T]:
        return iter(self.values())

    def __len__(self) -> int:
        return len(self._values)

    @contextmanager
    def with_more(self) -> Iterator[None]:
        """For tests: remove at the end of the block whatever was added in it."""
        with self._replaced(dict(self._values)):
            yield

    @contextmanager
    def only(self, **values: T) -> Iterator[None]:
        """For tests: replace all values by these until the end of the block."""
        with self._replaced(dict(values)):
            yield

    @contextmanager
    def _replaced(self, values: dict[str, T]) -> Iterator[None]:
        kept, self._values, self._in_order = self._values, values, None
        try:
            yield
        finally:
            self._values, self._in_order = kept, None


class Port(Generic[T]):
    """One value that a higher room provides to a lower one.

    `absent` is the value while no installed room offers one. Without it, `get` raises NotOffered.
    """

    def __init__(self, what: str, *, absent: T | None = None) -> None:
        self.what = what
        self._absent = absent
        self._value: T | None = None

    def offer(self, value: T) -> None:
        """Set the value. Raises AlreadyTaken if a room has already offered one."""
        if self._value is not None:
            raise AlreadyTaken(f"{self.what} is offered already")
        self._value = value

    def get(self) -> T:
        """Return the offered value, or `absent`. Raises NotOffered if there is neither."""
        value = self._absent if self._value is None else self._value
        if value is None:
            raise NotOffered(f"no installed room offers {self.what}")
        return value

    @property
    def is_offered(self) -> bool:
        """Whether an installed room has offered a value."""
        return self._value is not None

    @contextmanager
    def replaced(self, value: T | None) -> Iterator[None]:
        """For tests: set another value, or none, until the end of the block."""
        kept, self._value = self._value, value
        try:
            yield
        finally:
            self._value = kept
