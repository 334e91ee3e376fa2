"""Counts the SQL statements that this process sends, below Django: also those that go straight to the driver."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import psycopg


@dataclass
class Statements:
    """The statements of a block, savepoints included. BEGIN and COMMIT are sent by the driver and are not counted."""

    texts: list[str] = field(default_factory=list)
    checks: int = 0
    """Empty statements, by which the pool checks a connection before it hands it out."""

    def __len__(self) -> int:
        return len(self.texts)

    def note(self, query: object) -> None:
        """Count a statement."""
        text = query.decode(errors="replace") if isinstance(query, bytes) else str(query)
        if text.strip():
            self.texts.append(" ".join(text.split()))
        else:
            self.checks += 1


@contextmanager
def counted() -> Iterator[Statements]:
    """Count the statements of all threads of this process."""
    found = Statements()
    classes = (psycopg.Cursor, psycopg.ServerCursor)
    kept = [(of, name, vars(of)[name]) for of in classes for name in ("execute", "executemany") if name in vars(of)]

    def noting(act: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(act)
        def noted(cursor: object, query: object, *rest: Any, **named: Any) -> Any:
            found.note(query)
            return act(cursor, query, *rest, **named)

        return noted

    for of, name, act in kept:
        setattr(of, name, noting(act))
    try:
        yield found
    finally:
        for of, name, act in kept:
            setattr(of, name, act)
