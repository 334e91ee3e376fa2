"""For tests, journeys and the demo city: an officer for the next step of a case."""

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.handling.cases.models import Step
from tongban.handling.cases.policies import ACT, DECIDE
from tongban.handling.cases.targets import target_of
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import policy
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor


def officer_for(step: Step) -> Actor:
    """Return an officer who may do an open step now. Raises NotFound."""
    target, now = target_of(step, step.case.steps.all()), clock.now()
    action = DECIDE if step.kind == StepKind.DECIDE else ACT
    for subject_id in identity.officers_at(step.department_id, step.post):
        officer = identity.actor_of_subject(subject_id)
        if policy.can(action, officer, at=now, **target):
            return officer
    raise NotFound("这个部门的这一岗位现在没有人可以办理这一步，请先任命工作人员。")
