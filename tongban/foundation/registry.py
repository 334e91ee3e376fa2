"""The two ways in which a room offers something to rooms below it: a registry that many fill, a port that one fills.

Both are filled while the platform starts (see `rooms.Room.connect`), and never twice: a second entry under a name that
is taken is a mistake in the code, so it stops the start.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class AlreadyTaken(RuntimeError):
    """Two rooms register under one name, or offer one port."""


class NotOffered(RuntimeError):
    """A port is used that no installed room offers."""


class Registry(Generic[T]):
    """Named values that rooms add at start.

    `order` sorts what `values` gives; entries of the same order come in the order in which they were added. The rooms
    are started from the foundation upwards, so that order is the same in every process.
    """

    def __init__(self, what: str, *, order: Callable[[T], int] = lambda value: 0) -> None:
        self.what = what
        self._order = order
        self._values: dict[str, T] = {}

    def add(self, name: str, value: T) -> None:
        """Raises AlreadyTaken when the name is in use."""
        if name in self._values:
            raise AlreadyTaken(f"{self.what}: {name} is registered already")
        self._values[name] = value

    def get(self, name: str) -> T | None:
        return self._values.get(name)

    def values(self) -> list[T]:
        return sorted(self._values.values(), key=self._order)

    def names(self) -> list[str]:
        return list(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[T]:
        return iter(self.values())

    def __len__(self) -> int:
        return len(self._values)

    @contextmanager
    def with_more(self) -> Iterator[None]:
        """For tests: what is added in the block is gone when it ends."""
        kept, self._values = self._values, dict(self._values)
        try:
            yield
        finally:
            self._values = kept

    @contextmanager
    def only(self, **values: T) -> Iterator[None]:
        """For tests: nothing but these values, until the block ends."""
        kept, self._values = self._values, dict(values)
        try:
            yield
        finally:
            self._values = kept


class Port(Generic[T]):
    """One value that a higher room gives to a lower one.

    `absent` is what counts while no installed room offers the port; without it, asking for the value raises
    NotOffered with the name of the port.
    """

    def __init__(self, what: str, *, absent: T | None = None) -> None:
        self.what = what
        self._absent = absent
        self._value: T | None = None

    def offer(self, value: T) -> None:
        """Raises AlreadyTaken when a room has offered a value before."""
        if self._value is not None:
            raise AlreadyTaken(f"{self.what} is offered already")
        self._value = value

    def get(self) -> T:
        value = self._absent if self._value is None else self._value
        if value is None:
            raise NotOffered(f"no installed room offers {self.what}")
        return value

    @property
    def is_offered(self) -> bool:
        return self._value is not None

    @contextmanager
    def replaced(self, value: T | None) -> Iterator[None]:
        """For tests: another value, or none, until the block ends."""
        kept, self._value = self._value, value
        try:
            yield
        finally:
            self._value = kept
