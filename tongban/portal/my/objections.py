"""The kind of work order that an objection to a data use opens (数据使用异议)."""

from collections.abc import Iterable
from uuid import UUID

from tongban.people.datauses import queries as datauses
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders.kinds import Kind, SubjectLink


def _resolve(ids: Iterable[UUID]) -> dict[UUID, SubjectLink]:
    return {key: SubjectLink(words) for key, words in datauses.objections_by_id(ids).items()}


DATA_USE_OBJECTION = Kind(
    key="data-use-objection",
    name="数据使用异议",
    days=10,
    outcomes={"lawful": "依法使用，已说明依据", "mistake": "使用有误，已纠正", "misuse": "违规使用，已追究"},
    post_kind=PostKind.HEAD,
    resolve=_resolve,
)
