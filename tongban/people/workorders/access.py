"""What the policies say of one order, and the same as a clause of a list's query."""

from typing import Any

from django.db.models import Q

from tongban.foundation import clock
from tongban.people.identity import policy
from tongban.people.identity.actors import Actor
from tongban.people.identity.scope import scope_of
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders import rules
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.policies import FOLLOW, HANDLE, LOOK_INTO


def visible(actor: Actor) -> Q:
    """The orders into which the policy lets him look: those at his posts, and all of the departments that he heads."""
    return scope_of(actor).at_posts("post_id") | scope_of(actor, PostKind.HEAD).clause(department="post__department_id")


def policy_facts(order: WorkOrder) -> dict[str, Any]:
    """What the policies ask of an order whose post is at hand."""
    return {"post": order.post_id, "department": order.post.department_id, "raised_for": order.raised_for_id}


def is_allowed(action: str, order: WorkOrder, actor: Actor) -> bool:
    return policy.can(action, actor, at=clock.now(), **policy_facts(order))


def may_see(order: WorkOrder, actor: Actor) -> bool:
    """As an officer, or as the one who raised it."""
    return is_allowed(LOOK_INTO, order, actor) or is_allowed(FOLLOW, order, actor)


def acts_of(order: WorkOrder, actor: Actor) -> rules.Acts:
    """What the actor may do with the order now."""
    return rules.acts(
        rules.State(order.state),
        handles=is_allowed(HANDLE, order, actor),
        raised=is_allowed(FOLLOW, order, actor),
        took=order.taken_by_id is not None and order.taken_by_id == actor.subject_id,
        reopened_before=order.reopened_at is not None,
        raised_by_machine=order.raised_for_id is None,
    )
