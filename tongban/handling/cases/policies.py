"""Who may view a case, do its steps, decide it and see it unmasked. Pure; called through `identity.policy`."""

from collections.abc import Iterator
from typing import TypedDict
from uuid import UUID

from tongban.people.identity.actors import Channel
from tongban.people.identity.policy import (
    Clause,
    NoTarget,
    PolicyRequest,
    for_purpose,
    holds_post,
    not_concerned,
    policy,
    proved,
    proved_if_used,
    same_device,
    within_region,
)
from tongban.people.identity.purposes import TO_HANDLE
from tongban.people.organisation.rules import PostKind

HANDLING = (PostKind.WINDOW, PostKind.HANDLER, PostKind.HEAD)
"""The kinds of post that handle cases. Supervisors may only view them; administrators have no access."""
LOOK_INTO, ACT, DECIDE, UNMASK = "cases.look-into", "cases.act", "cases.decide", "cases.unmask"
SUBMIT_SENSITIVE = "cases.submit-sensitive"
FACTOR_WITHIN = 30
"""Minutes since a second factor was given, for those who use one."""


class CaseTarget(TypedDict):
    """What LOOK_INTO needs to know of a case: the departments that handle it, and its division code."""

    departments: set[UUID]
    division: str


class StepTarget(TypedDict):
    """What ACT and DECIDE need to know of a step."""

    department: UUID
    post: str
    division: str
    applicant: UUID
    opinions_by: frozenset[UUID]
    """The people who gave the other opinions of the same round and stage."""


class UnmaskTarget(TypedDict):
    """What UNMASK needs to know of a case."""

    number: str
    departments: set[UUID]
    """The departments that have an open step of the case."""
    division: str
    applicant: UUID


@policy(LOOK_INTO, "办理办件的部门的工作人员可以查看这个办件")
def look_into(asked: PolicyRequest[CaseTarget]) -> Iterator[Clause]:
    departments = asked.target["departments"]
    yield holds_post(
        asked, departments, *HANDLING, PostKind.SUPERVISOR, refusal="这个办件由其他部门或岗位办理，您不能查看。"
    )
    yield within_region(asked, asked.target["division"], departments)


@policy(ACT, "办件的每一步由所属部门对应岗位的工作人员办理，本人的事回避，同一阶段的意见由不同的人给出")
def act(asked: PolicyRequest[StepTarget]) -> Iterator[Clause]:
    department, post = asked.target["department"], asked.target["post"]
    yield holds_post(asked, [department], post, refusal="这一步由其他部门或岗位办理，您没有办理权限。")
    yield within_region(asked, asked.target["division"], [department])
    yield not_concerned(asked, asked.target["applicant"])
    yield Clause(
        "同一阶段的另一项意见不是本人给出的",
        asked.actor.subject_id not in asked.target["opinions_by"],
        "同一阶段的另一项意见是您给出的，这一项须由另一位同事给出。",
    )


@policy(
    DECIDE,
    "准予或不予由所属部门对应岗位的工作人员决定，本人的事回避，开通了二次验证的先做二次验证；每次决定留痕",
    privileged=True,
)
def decide(asked: PolicyRequest[StepTarget]) -> Iterator[Clause]:
    yield from act(asked)
    yield proved_if_used(asked, within=FACTOR_WITHIN)


@policy(SUBMIT_SENSITIVE, "事项要求二次验证的，开通了二次验证的人提交前先做二次验证；窗口现场办理的不问")
def submit_sensitive(asked: PolicyRequest[NoTarget]) -> Iterator[Clause]:
    """An application may be submitted whose items need a second factor. Ownership and mandates are checked before."""
    if asked.actor.channel == Channel.WINDOW:
        yield Clause("在窗口为到场的人办理（不问二次验证）", True)
    else:
        yield proved_if_used(asked, within=FACTOR_WITHIN)


@policy(
    UNMASK,
    "部门手上有这个办件的待办时，其工作人员写明使用目的、做过二次验证后可以查看完整信息，本人的事回避；每次留痕",
    privileged=True,
)
def unmask(asked: PolicyRequest[UnmaskTarget]) -> Iterator[Clause]:
    """Officers may see a case unmasked while their department has an open step of it."""
    departments = asked.target["departments"]
    yield holds_post(asked, departments, *HANDLING, refusal="您的部门现在没有在办这个办件，不能查看完整信息。")
    yield within_region(asked, asked.target["division"], departments)
    yield not_concerned(asked, asked.target["applicant"])
    yield for_purpose(asked, TO_HANDLE, case_number=asked.target["number"])
    yield same_device(asked)
    yield proved(asked, within=5)
