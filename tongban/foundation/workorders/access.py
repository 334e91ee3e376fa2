"""Who may see and move an order, by the posts that an actor holds now."""

from uuid import UUID

from django.db.models import Q

from tongban.foundation.identity.actors import Actor
from tongban.foundation.workorders import rules
from tongban.foundation.workorders.models import WorkOrder

HEAD = "head"


def responsible(actor: Actor) -> Q:
    """One clause: orders at the actor's posts, and all of the departments that he heads."""
    posts = [post.post_id for post in actor.posts]
    return Q(post_id__in=posts) | Q(post__department_id__in=_headed(actor))


def handles(order: WorkOrder, actor: Actor) -> bool:
    """Whether the actor is responsible for the order (its post must be loaded)."""
    posts = {post.post_id: post.kind for post in actor.posts}
    return rules.may_handle(posts, _headed(actor), order.post_id, order.post.department_id)


def raised(order: WorkOrder, actor: Actor) -> bool:
    """Whether the order was raised in the name in which he acts now."""
    return order.raised_for_id is not None and order.raised_for_id == actor.acting_for


def acts_of(order: WorkOrder, actor: Actor) -> rules.Acts:
    """What the actor may do with the order now; nobody handles what he raised himself (回避)."""
    concerned = order.raised_for_id is not None and order.raised_for_id == actor.subject_id
    return rules.acts(
        rules.State(order.state),
        handles=handles(order, actor) and not concerned,
        raised=raised(order, actor),
        took=order.taken_by_id is not None and order.taken_by_id == actor.subject_id,
        reopened_before=order.reopened_at is not None,
        raised_by_machine=order.raised_for_id is None,
    )


def _headed(actor: Actor) -> frozenset[UUID]:
    return frozenset(post.department_id for post in actor.posts if post.kind == HEAD)
