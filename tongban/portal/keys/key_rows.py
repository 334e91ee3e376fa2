"""Rows of the key inventory, with owners and makers by name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tongban.foundation.announcements.actors import is_machine_name, rule_of
from tongban.people.identity import queries as identity
from tongban.people.organisation import queries as organisation
from tongban.trust.crypto.queries import KeyFacts

SHELL = "shell."


@dataclass(frozen=True)
class KeyRow:
    """A key with the names of its owner and of whoever made it."""

    key: KeyFacts
    owner: str
    made_by: str
    late: bool
    """Whether its rotation is due."""


def key_rows(keys: Collection[KeyFacts], *, today: date) -> list[KeyRow]:
    """Return the keys with their owners and makers by name, in two queries."""
    people = identity.display_names(_person(key.made_by) for key in keys)
    owners = {department.uscc: department.short_name for department in organisation.departments()}
    return [
        KeyRow(
            key,
            owner="平台" if key.owner == "platform" else owners.get(key.owner, key.owner),
            made_by=_maker_name(key.made_by, people),
            late=key.due is not None and key.due <= today,
        )
        for key in keys
    ]


def _person(name: str) -> UUID | None:
    return None if is_machine_name(name) else UUID(name)


def _maker_name(name: str, people: dict[UUID, str]) -> str:
    subject_id = _person(name)
    if subject_id is not None:
        return people.get(subject_id, "—")
    rule = rule_of(name)
    return f"命令行（{rule.removeprefix(SHELL)}）" if rule.startswith(SHELL) else "平台自动"
