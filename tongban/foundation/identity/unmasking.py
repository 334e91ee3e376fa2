"""Who may see somebody's data unmasked: rooms above say so through a port; nobody may where no room does."""

from collections.abc import Callable
from uuid import UUID

from tongban.foundation.errors import NotAllowed
from tongban.foundation.identity.actors import Actor

FIELDS = {"name": "姓名", "number": "证件号码", "phone": "手机号码"}
"""What identity itself keeps of a subject, and what it is called."""
Privilege = Callable[[Actor, UUID, str], bool]
FreshFactor = Callable[[Actor], bool]
_privileges: list[Privilege] = []
_fresh_factor: FreshFactor | None = None


class SecondFactorNeeded(NotAllowed):
    """The officer must prove once more, now, that he is who signed in."""

    code = "second-factor-needed"
    message = "查看完整信息前，请先完成二次验证，再回到这一页。"


def register_privilege(may: Privilege) -> None:
    """`may(actor, subject_id, case_number)`: whether the actor's work is a reason to see the subject's data whole."""
    if may not in _privileges:
        _privileges.append(may)


def register_fresh_factor(is_fresh: FreshFactor) -> None:
    """`is_fresh(actor)`: whether he proved himself by a second factor a moment ago."""
    global _fresh_factor
    _fresh_factor = is_fresh


def may_unmask(actor: Actor, subject_id: UUID, case_number: str) -> bool:
    """Whether some room gives the actor the privilege; default: no."""
    return actor.is_officer and any(may(actor, subject_id, case_number) for may in _privileges)


def check_fresh_second_factor(actor: Actor) -> None:
    """SecondFactorNeeded where the sign-in room wants one; allowed where no room asks for it."""
    if _fresh_factor is not None and not _fresh_factor(actor):
        raise SecondFactorNeeded()
