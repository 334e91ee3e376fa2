"""The kind of work order for suspicious identity checks at windows (身份核验告警)."""

from tongban.people.organisation.rules import PostKind
from tongban.people.workorders.kinds import Kind

IDENTITY_ALARM = Kind(
    key="identity-alarm",
    name="身份核验告警",
    days=3,
    outcomes={"misuse": "冒用属实，已追究", "mistake": "误操作，已纠正", "unfounded": "核查无误，已说明"},
    post_kind=PostKind.HEAD,
)
