"""Who may appoint whom, and who may see somebody's data unmasked. Pure; `identity.policy` applies them."""

from collections.abc import Iterator
from typing import TypedDict
from uuid import UUID

from tongban.people.identity.policy import Clause, PolicyRequest, covers, for_purpose, policy, proved, same_device
from tongban.people.organisation.rules import ADMINISTRATORS, PostKind

STAFF, UNMASK = "identity.staff", "identity.unmask"


class StaffTarget(TypedDict):
    """What STAFF needs to know of a post or an appointment."""

    department: UUID
    division: str
    kind: str
    """The kind of post, or "" for the staff of the department as a whole."""
    person: UUID | None
    """The person who is to be appointed or dismissed."""


class UnmaskTarget(TypedDict):
    """What UNMASK needs to know."""

    privileged: bool
    """Whether a room gives the actor the privilege (see `identity.unmasking`)."""


@policy(
    STAFF, "部门负责人管理本部门的岗位和任职；平台三员由系统管理员任命，本人不得任免自己；先做二次验证", privileged=True
)
def staff(asked: PolicyRequest[StaffTarget]) -> Iterator[Clause]:
    department, division, kind = asked.target["department"], asked.target["division"], asked.target["kind"]
    administers = any(p.kind == PostKind.SYSTEM_ADMIN and covers(p.division_code, division) for p in asked.actor.posts)
    heads = asked.actor.holds(department, PostKind.HEAD) and kind not in ADMINISTRATORS
    yield Clause(
        "本部门负责人，或管辖这一区划的系统管理员",
        administers or heads,
        "只有本部门负责人或系统管理员可以管理这里的岗位和任职。",
    )
    person = asked.target["person"]
    yield Clause(
        "不任免自己",
        person is None or person != asked.actor.subject_id,
        "不能任免自己，请由其他负责人或系统管理员办理。",
    )
    yield same_device(asked)
    yield proved(asked, within=5)


@policy(UNMASK, "某项业务给了查看的权限、写明使用目的后，可以查看一个人的完整信息；每次留痕，本人可以查看")
def unmask(asked: PolicyRequest[UnmaskTarget]) -> Iterator[Clause]:
    yield Clause(
        "有业务给了查看的权限", asked.target["privileged"], "您的部门现在没有在办这个人的这个办件，不能查看完整信息。"
    )
    yield for_purpose(asked)
