"""For what somebody's data may be used beyond one's own (使用目的): each use has a ground in law, and a reason. Pure.

个人信息保护法 Art. 6: for a clear purpose, in what is directly related to it, and in the smallest extent.
"""

from dataclasses import dataclass

TO_HANDLE = "办理核对"
"""To handle a case: the duty of the department (个人信息保护法 Art. 34)."""
TO_AUDIT = "审计"
"""To watch over what was done with data (个人信息保护法 Art. 54, 网络安全法 Art. 21)."""
GROUNDS = (TO_HANDLE, TO_AUDIT)
SHORTEST_REASON, LONGEST_REASON = 6, 200


@dataclass(frozen=True)
class Purpose:
    """What an actor says it is for, before he gets it: the ground, why in his own words, and the case if there is one.

    The reason may name people, so it stands encrypted beside the event and in no payload.
    """

    ground: str
    reason: str
    case_number: str = ""

    @property
    def is_said(self) -> bool:
        return SHORTEST_REASON <= len(self.reason.strip()) <= LONGEST_REASON
