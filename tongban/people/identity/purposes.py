"""The purposes for which other people's data may be used (使用目的): a legal ground and a reason for each use. Pure.

个人信息保护法 Art. 6 asks for a clear purpose, a direct relation to it, and the smallest extent.
"""

from dataclasses import dataclass

TO_HANDLE = "办理核对"
"""To handle a case: the duty of the department (个人信息保护法 Art. 34)."""
TO_AUDIT = "审计"
"""To audit what was done with data (个人信息保护法 Art. 54, 网络安全法 Art. 21)."""
GROUNDS = (TO_HANDLE, TO_AUDIT)
SHORTEST_REASON, LONGEST_REASON = 6, 200


@dataclass(frozen=True)
class Purpose:
    """What actors state before they get the data: the ground, the reason in their own words, and the case, if any.

    The reason may name people. It is stored encrypted beside the event, never in a payload.
    """

    ground: str
    reason: str
    case_number: str = ""

    @property
    def is_stated(self) -> bool:
        return SHORTEST_REASON <= len(self.reason.strip()) <= LONGEST_REASON
