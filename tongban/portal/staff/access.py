"""Check whose staff the actor may manage, by the same policy as the services."""

from uuid import UUID

from tongban.foundation import clock
from tongban.foundation.errors import NotAllowed
from tongban.people.identity import policy
from tongban.people.identity.actors import Actor
from tongban.people.identity.policies import STAFF, StaffTarget
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Department


def managed_department(department_id: UUID, actor: Actor) -> Department:
    """Return the department. Raises NotAllowed if the actor does not manage its staff."""
    department = organisation.department(department_id)
    if not manages(department, actor):
        raise NotAllowed("只有本部门负责人或系统管理员可以管理这里的岗位和任职。")
    return department


def manages(department: Department, actor: Actor, kind: str = "") -> bool:
    """Return whether the actor manages the staff of the department, or its posts of one kind."""
    target = StaffTarget(department=department.id, division=department.division_id, kind=kind, person=None)
    return policy.can(STAFF, actor, at=clock.now(), **target)
