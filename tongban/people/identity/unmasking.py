"""Who may see somebody's data unmasked: rooms above say so through a port; nobody may where no room does."""

from collections.abc import Callable
from uuid import UUID

from tongban.foundation.registry import Registry
from tongban.people.identity.actors import Actor

FIELDS = {"name": "姓名", "number": "证件号码", "phone": "手机号码"}
"""What identity itself keeps of a subject, and what it is called."""
Privilege = Callable[[Actor, UUID, str], bool]
privileges: Registry[Privilege] = Registry("reasons to see data unmasked")
"""`(actor, subject_id, case_number)`: whether the actor's work is a reason to see the subject's data unmasked."""


def may_unmask(actor: Actor, subject_id: UUID, case_number: str) -> bool:
    """Whether some room gives the actor the privilege; default: no."""
    return actor.is_officer and any(may(actor, subject_id, case_number) for may in privileges)
