"""The platform itself as the actor, for rooms below those that know people."""

import getpass
import os
from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.ports import Recorded

MACHINE = "machine:"
CONSOLE = "console:"


@dataclass(frozen=True)
class Machine:
    """The platform, acting under a named rule."""

    rule: str
    principal_id: UUID | None = None
    mandate_id: UUID | None = None

    @property
    def name_for_record(self) -> str:
        return f"{MACHINE}{self.rule}"


def machine(rule: str) -> Machine:
    """Return the platform as an actor under a named rule, e.g. `demo-city/1`."""
    return Machine(rule)


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


def is_machine(actor: Recorded) -> bool:
    """Return whether the actor is the platform itself or a management command, which records no person."""
    return is_machine_name(actor.name_for_record)


def is_machine_name(name: str) -> bool:
    """Return whether an actor's recorded name, such as the `actor` of an entry, is that of a machine."""
    return name.startswith(MACHINE)


def rule_of(name: str) -> str:
    """Return the rule under which a machine acted, from its recorded name; an empty string for a person's name."""
    return name.removeprefix(MACHINE) if is_machine_name(name) else ""
