"""Queue work by task name, so that services need not import the tasks that call them."""

from procrastinate.contrib.django import app
from procrastinate.types import JSONDict


def defer(task: str, *jobs: JSONDict, priority: int = 0) -> None:
    """Queue one job per set of arguments in the caller's transaction. Raises TaskNotFound if the name is unknown.

    Jobs with a higher `priority` are done first, whatever their order.
    """
    app.configure_task(task, allow_unknown=False, priority=priority).batch_defer(*jobs)
