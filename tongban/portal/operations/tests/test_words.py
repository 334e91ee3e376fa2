"""What the operations pages call the platform's parts."""

from procrastinate.contrib.django import app

from tongban.portal.operations import words


def test_every_background_task_has_a_name_that_an_administrator_understands():
    """Field case: a failed delivery of messages stood on the list as signin.deliver_message."""
    registered = {task.name for task in app.tasks.values() if task.func.__module__.startswith("tongban.")}
    assert "signin.deliver_message" in registered
    assert set(words.TASKS) == registered
