"""Whether a service can be applied for once more while an application for it is under way."""

from datetime import datetime
from uuid import UUID

from tongban.exchange.libraries import queries as libraries
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.handling.cases.once import earlier_cases, once_id
from tongban.handling.cases.queries.lists import applied_for
from tongban.handling.cases.rights import principal_of
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Item
from tongban.people.identity import stepup
from tongban.people.identity.actors import Actor

LEVEL = 2
"""The real-name level from which the register of births is asked."""


def may_apply_again(service: str, *, actor: Actor) -> bool:
    """Return whether a new application for a bundle or an item, or for the item's bundle, would be accepted.

    What is granted once is not offered again. Where it is granted once for each birth, another birth has to wait for
    its certificate; only parents who act for themselves are told so, since nobody else may know. Six queries at most.
    """
    try:
        limited = [item for item in _items_of_start(service) if item.once_per]
    except NotFound:  # the bundle of the item was withdrawn
        return False
    if not limited:
        return True
    if any(not item.once_per.startswith(("applicant", "birth")) for item in limited):
        return False
    now = clock.now()
    if earlier_cases(limited, {"applicant.id": str(principal_of(actor))}, now):
        return False
    per_birth = [item for item in limited if item.once_per.startswith("birth")]
    return not per_birth or _has_another_birth(per_birth, actor)


def _items_of_start(service: str) -> list[Item]:
    """Return the items that everybody gets who starts from the guide of a bundle or item."""
    item = catalog.items_named([service]).get(service)
    if item is not None and not item.apply_through:
        return [item]
    bundle = catalog.bundle(item.apply_through if item else service)
    needed = {step.item for step in bundle.steps if step.item and not (step.optional or step.when)}
    return list(catalog.items_named(needed).values())


def _has_another_birth(items: list[Item], actor: Actor) -> bool:
    own = actor.subject_id
    if own is None or actor.acting_for != own or stepup.level_of(actor) < LEVEL:
        return False
    now = clock.now()
    births = libraries.births_waiting_of_parent(own)
    ids = {
        birth: {found for item in items if (found := once_id(item, {"birth.id": str(birth)}, now))} for birth in births
    }
    if not ids:
        return False
    taken = applied_for({one for found in ids.values() for one in found}, [item.code for item in items])
    return any(not found & taken for found in ids.values())


def _once_ids(items: list[Item], birth: UUID, at: datetime) -> set[UUID]:
    return {found for item in items if (found := once_id(item, {"birth.id": str(birth)}, at))}
