"""Who may see somebody's data unmasked: higher rooms register the reasons, and without one nobody may."""

from collections.abc import Callable
from uuid import UUID

from tongban.foundation.registry import Registry
from tongban.people.identity.actors import Actor

FIELDS = {"name": "姓名", "number": "证件号码", "phone": "手机号码"}
"""The fields of a subject that identity stores, with their Chinese names."""
Privilege = Callable[[Actor, UUID, str], bool]
privileges: Registry[Privilege] = Registry("reasons to see data unmasked")
"""`(actor, subject_id, case_number)`: whether the actor's work is a reason to see the subject's data unmasked."""


def may_unmask(actor: Actor, subject_id: UUID, case_number: str) -> bool:
    """Return whether any room gives the actor the privilege."""
    return actor.is_officer and any(may(actor, subject_id, case_number) for may in privileges)
