"""Whether a service can be applied for once more while an application for it is under way."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from tongban.exchange.libraries import queries as libraries
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.handling.cases.models import Case
from tongban.handling.cases.once import earlier_cases, once_id
from tongban.handling.cases.queries.lists import applied_for, finished_case
from tongban.handling.cases.rights import principal_of
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Item
from tongban.people.identity import stepup
from tongban.people.identity.actors import Actor

LEVEL = 2
"""The real-name level from which the register of births is asked: whoever gets the answer learns of a birth."""


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
    per_birth = _per_birth(limited)
    if not per_birth:
        return True
    births = _births_of(actor, libraries.births_waiting_of_parent)
    return bool(_not_applied_for(births, per_birth, now))


def finished_for_now(code: str, *, actor: Actor) -> Case | None:
    """Return the applicant's finished case of an item that rules out another one now, or None.

    An item that may be granted repeatedly counts only where its bundle could not be started. One query if nothing is
    finished.
    """
    case = finished_case(code, actor=actor)
    if case is None or (item := catalog.items_named([code]).get(code)) is None:
        return None
    is_due_again = case.once_id != once_id(item, case.application.facts, clock.now())
    is_over = item.once_per or not may_apply_again(code, actor=actor)
    return case if is_over and not is_due_again else None


def births_to_apply_for(service: str, *, actor: Actor) -> list[UUID]:
    """Return the births by the reader that wait for their certificate and for which nobody has applied.

    None for whoever acts for somebody else. Two queries where no birth waits, otherwise five at most.
    """
    births = _births_of(actor, libraries.births_waiting_of)
    try:
        items = _per_birth(_items_of_start(service)) if births else []
    except NotFound:
        return []
    return _not_applied_for(births, items, clock.now())


def _items_of_start(service: str) -> list[Item]:
    """Return the items that everybody gets who starts from the guide of a bundle or item."""
    item = catalog.items_named([service]).get(service)
    if item is not None and not item.apply_through:
        return [item]
    bundle = catalog.bundle(item.apply_through if item else service)
    return list(catalog.items_named(bundle.required_items).values())


def _per_birth(items: list[Item]) -> list[Item]:
    return [item for item in items if item.once_per.startswith("birth")]


def _births_of(actor: Actor, ask: Callable[[UUID], list[UUID]]) -> list[UUID]:
    """Return the births that the register has of the reader, if they act for themselves and may learn of them."""
    own = actor.subject_id
    if own is None or actor.acting_for != own or stepup.level_of(actor) < LEVEL:
        return []
    return ask(own)


def _not_applied_for(births: list[UUID], items: list[Item], at: datetime) -> list[UUID]:
    ids = {birth: _once_ids(items, birth, at) for birth in births}
    if not ids:
        return []
    taken = applied_for({one for found in ids.values() for one in found}, [item.code for item in items])
    return [birth for birth, found in ids.items() if not found & taken]


def _once_ids(items: list[Item], birth: UUID, at: datetime) -> set[UUID]:
    return {found for item in items if (found := once_id(item, {"birth.id": str(birth)}, at))}
