"""Queues that rooms declare for their tasks, and that every worker serves."""

from dataclasses import dataclass

from tongban.foundation.registry import Registry


@dataclass(frozen=True)
class Queue:
    """A queue of tasks.

    `own` is the number of tasks that run at once where the queue gets a worker of its own, because its tasks wait for
    others' systems or take long; None: it shares the main worker.
    """

    name: str
    own: int | None = None


queues: Registry[Queue] = Registry("queues")
