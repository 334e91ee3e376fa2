"""Who may see, handle and follow up a work order. Pure; `identity.policy` applies them."""

from collections.abc import Iterator
from typing import TypedDict
from uuid import UUID

from tongban.people.identity.policy import Clause, PolicyRequest, not_concerned, policy
from tongban.people.organisation.rules import PostKind

LOOK_INTO, HANDLE, FOLLOW = "workorders.look-into", "workorders.handle", "workorders.follow"


class OrderTarget(TypedDict):
    """What the policies need to know of a work order."""

    post: UUID
    department: UUID
    """The department of the post."""
    raised_for: UUID | None
    """In whose name it was raised; None where the platform did."""


@policy(LOOK_INTO, "责任岗位的工作人员和责任部门的负责人可以查看这张工单")
def look_into(asked: PolicyRequest[OrderTarget]) -> Iterator[Clause]:
    post, department = asked.target["post"], asked.target["department"]
    responsible = any(held.post_id == post for held in asked.actor.posts) or asked.actor.holds(
        department, PostKind.HEAD
    )
    yield Clause("在责任岗位任职，或是责任部门的负责人", responsible, "这张工单由其他部门或岗位办理，您不能查看。")


@policy(HANDLE, "工单由责任岗位的工作人员或责任部门的负责人办理，本人提出的回避")
def handle(asked: PolicyRequest[OrderTarget]) -> Iterator[Clause]:
    yield from look_into(asked)
    raised_for = asked.target["raised_for"]
    if raised_for is not None:
        yield not_concerned(asked, raised_for)


@policy(FOLLOW, "工单由提出它的人跟进，代办的人以提出时的身份跟进")
def follow(asked: PolicyRequest[OrderTarget]) -> Iterator[Clause]:
    raised_for = asked.target["raised_for"]
    own = raised_for is not None and raised_for == asked.actor.acting_for
    yield Clause("以现在的身份提出", own, "没有找到这张工单，请从“我的工单”里打开。")
