"""The queues that rooms declare for their tasks. Every worker serves them all."""

from dataclasses import dataclass

from tongban.foundation.registry import Registry


@dataclass(frozen=True)
class Queue:
    """A queue of tasks.

    A queue whose tasks are slow or wait for external systems gets its own worker; `own` is then the number of tasks
    that run concurrently. None means that the queue shares the main worker.
    """

    name: str
    own: int | None = None


queues: Registry[Queue] = Registry("queues")
"""Every worker serves them."""
