"""Queue work by task name, so that services need not import the tasks that call them."""

from procrastinate.contrib.django import app
from procrastinate.types import JSONDict


def defer(task: str, *jobs: JSONDict) -> None:
    """Queue one job per set of arguments in the caller's transaction. Raises TaskNotFound if the name is unknown."""
    app.configure_task(task, allow_unknown=False).batch_defer(*jobs)
