"""Who may act on a step or look into a case. Ask (`can_…`) and check (`check_…`) are one rule."""

from uuid import UUID

from tongban.foundation.errors import Conflict, NotAllowed
from tongban.foundation.identity.actors import Actor


class StepTaken(Conflict):
    """Somebody else was first."""

    code = "step-taken"
    message = "这一步已经由其他同事办好了，您的操作没有生效。请刷新页面查看最新进度。"


def can_act(actor: Actor, department_id: UUID, post: str) -> bool:
    return actor.holds(department_id, post)


def check_can_act(actor: Actor, department_id: UUID, post: str) -> None:
    if not can_act(actor, department_id, post):
        raise NotAllowed("这一步由其他部门或岗位办理，您没有办理权限。")


def can_look_into(actor: Actor, department_ids: set[UUID]) -> bool:
    """Officers of a department that handles the case."""
    return any(post.department_id in department_ids for post in actor.posts)
