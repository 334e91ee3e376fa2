"""The actor of management commands: the platform, under the name of the operating system user who runs them."""

import getpass
import os

from tongban.foundation.announcements.actors import CONSOLE, Machine


def console(command: str) -> Machine:
    """Return the actor of a management command; the record names the operating system user who runs it."""
    return Machine(console_rule(command))


def console_rule(command: str) -> str:
    """Return the rule `console:<user>:<command>` for the operating system user who runs a command."""
    try:
        user = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # in a container the uid may have no name
        user = f"uid {os.getuid()}"
    return f"{CONSOLE}{user[:24]}:{command}"
