"""What the policies decide about one order, and the same as a condition for a list's query."""

from django.db.models import Q

from tongban.foundation import clock
from tongban.people.identity import policy
from tongban.people.identity.actors import Actor
from tongban.people.identity.scope import scope_of
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders import rules
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.policies import FOLLOW, HANDLE, LOOK_INTO, OrderTarget


def visible(actor: Actor) -> Q:
    """Return the condition for the orders the actor may see: at their posts, and of departments that they head."""
    return scope_of(actor).at_posts("post_id") | scope_of(actor, PostKind.HEAD).clause(department="post__department_id")


def policy_facts(order: WorkOrder) -> OrderTarget:
    """Return the facts that the policies need. The order's post must be loaded."""
    return {"post": order.post_id, "department": order.post.department_id, "raised_for": order.raised_for_id}


def is_allowed(action: str, order: WorkOrder, actor: Actor) -> bool:
    """Return whether the policy `action` allows the actor this on the order now."""
    return policy.can(action, actor, at=clock.now(), **policy_facts(order))


def may_see(order: WorkOrder, actor: Actor) -> bool:
    """Return whether the actor may see the order, as an officer or as the person who raised it."""
    return is_allowed(LOOK_INTO, order, actor) or is_allowed(FOLLOW, order, actor)


def acts_of(order: WorkOrder, actor: Actor) -> rules.Acts:
    """Return what the actor may do with the order now."""
    return rules.allowed_acts(
        rules.State(order.state),
        handles=is_allowed(HANDLE, order, actor),
        raised=is_allowed(FOLLOW, order, actor),
        took=order.taken_by_id is not None and order.taken_by_id == actor.subject_id,
        reopened_before=order.reopened_at is not None,
        raised_by_machine=order.raised_for_id is None,
    )
