"""The actor of management commands."""

from tongban.foundation.announcements.console import console_rule
from tongban.people.identity.actors import Actor, machine


def console(command: str) -> Actor:
    """Return the actor for a management command. Events record the user of the operating system who ran it."""
    return machine(console_rule(command))
