"""Who acts, as far as the record of an event needs it, and the platform itself as the actor. Pure."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

MACHINE = "machine:"
CONSOLE = "console:"


class EventActor(Protocol):
    """An actor, as far as a record of an event needs one."""

    @property
    def name_for_record(self) -> str: ...
    @property
    def principal_id(self) -> UUID | None: ...
    @property
    def mandate_id(self) -> UUID | None: ...


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


def is_machine(actor: EventActor) -> bool:
    """Return whether the actor is the platform itself or a management command, which records no person."""
    return is_machine_name(actor.name_for_record)


def is_machine_name(name: str) -> bool:
    """Return whether an actor's recorded name, such as the `actor` of an entry, is that of a machine."""
    return name.startswith(MACHINE)


def rule_of(name: str) -> str:
    """Return the rule under which a machine acted, from its recorded name; an empty string for a person's name."""
    return name.removeprefix(MACHINE) if is_machine_name(name) else ""
