"""Who may look up a person or export entries. Pure; evaluated by `identity.policy`."""

from collections.abc import Iterator

from tongban.people.identity.policy import Clause, NoTarget, PolicyRequest, for_purpose, policy, proved, same_device
from tongban.people.identity.purposes import TO_AUDIT
from tongban.people.organisation.rules import PostKind

AUDITOR = PostKind.AUDIT_ADMIN
LOOK_UP, EXPORT = "audit.look-up", "audit.export"


@policy(
    LOOK_UP,
    "审计管理员写明使用目的、做过二次验证后，可以按证件号查找一个人的记录；每次留痕，本人可以查看",
    privileged=True,
)
def look_up(asked: PolicyRequest[NoTarget]) -> Iterator[Clause]:
    """Yield the clauses for looking up a person by number."""
    yield from _audits(asked)


@policy(EXPORT, "审计管理员写明使用目的、做过二次验证后，可以导出一页审计记录；每次留痕", privileged=True)
def export(asked: PolicyRequest[NoTarget]) -> Iterator[Clause]:
    """Yield the clauses for exporting a page of entries."""
    yield from _audits(asked)


def _audits(asked: PolicyRequest[NoTarget]) -> Iterator[Clause]:
    held = asked.actor.has_post(AUDITOR)
    yield Clause("审计管理员", held, "查找和导出审计记录由审计管理员办理。")
    yield for_purpose(asked, TO_AUDIT)
    yield same_device(asked)
    yield proved(asked, within=5)
