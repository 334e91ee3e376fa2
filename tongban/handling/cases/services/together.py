"""Start an item that belongs to a bundle: in the bundle, or alone once the bundle's first step is done."""

from tongban.foundation import clock
from tongban.handling.cases.models import Application
from tongban.handling.cases.once import AlreadyApplied, earlier_cases, refusal
from tongban.handling.cases.rights import CannotStart, can_be_alone, check_can_start, drafts_of, principal_of
from tongban.handling.cases.services.drafts import start_draft
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Item
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.rules import OutsideMandate


def start_in_bundle_or_alone(code: str, *, actor: Actor) -> Application:
    """Start a draft of the item's bundle, or of the item alone if the bundle refuses. An unfinished draft comes first.

    An item that does not belong to a bundle, or never stands alone, is started as `start_draft` does. Raises as
    `start_draft`; where both refuse, the refusal is about the item that was asked for.
    """
    item = catalog.item(code)
    if not can_be_alone(item) or drafts_of(principal_of(actor), code).exists():
        return start_draft(code, kind=ServiceKind.ITEM, actor=actor)
    check_can_start(item, identity.subject(principal_of(actor)))
    try:
        return start_draft(item.apply_through, kind=ServiceKind.BUNDLE, actor=actor)
    except (CannotStart, AlreadyApplied, OutsideMandate) as refused:
        of_bundle = refused
    try:
        return start_draft(code, kind=ServiceKind.ITEM, actor=actor)
    except CannotStart as too_early:
        if isinstance(of_bundle, AlreadyApplied):
            raise _about(item, of_bundle, actor) from too_early
        raise of_bundle from too_early


def _about(item: Item, of_bundle: AlreadyApplied, actor: Actor) -> CannotStart | AlreadyApplied:
    """Return the refusal of an item whose bundle was applied for, while its first step is not done."""
    if taken := earlier_cases([item], of_bundle.earlier.application.facts, clock.now()):
        return refusal(taken[0], actor)
    first = of_bundle.earlier.name
    return CannotStart(
        f"“{item.name}”没有一起申请，要等孩子的“{first}”办好后才能单独办。办好后从办事指南进入，就能直接填写。"
    )
