"""Queue work by task name, so that services need not import the tasks that call them."""

from procrastinate.contrib.django import app
from procrastinate.types import JSONDict


def defer(task: str, *jobs: JSONDict, seconds: int = 0, priority: int = 0) -> None:
    """Queue one job per set of arguments in the caller's transaction, to run after some seconds.

    Jobs with a higher `priority` are done first, whatever their order. Raises TaskNotFound if the name is unknown.
    """
    later = {"seconds": seconds} if seconds else None
    app.configure_task(task, allow_unknown=False, schedule_in=later, priority=priority).batch_defer(*jobs)
