"""What the policies of the cases need to know of a step."""

from collections.abc import Iterable
from uuid import UUID

from tongban.handling.cases.models import Step
from tongban.handling.cases.policies import StepTarget
from tongban.handling.catalog.vocabulary import StepKind


def target_of(step: Step, steps: Iterable[Step]) -> StepTarget:
    """Return what ACT and DECIDE need to know of a step. Load its case and application beforehand.

    `steps` are the steps of the case. They are read only for an opinion, to find out who gave the other opinions of
    its round and stage: four eyes (双人审核) need different people.
    """
    return {
        "department": step.department_id,
        "post": step.post,
        "division": step.case.division_code,
        "applicant": step.case.application.applicant_id,
        "opinions_by": _opinions_by(step, steps) if step.kind == StepKind.OPINION else frozenset(),
    }


def _opinions_by(step: Step, steps: Iterable[Step]) -> frozenset[UUID]:
    others = [s for s in steps if (s.kind, s.round, s.stage) == (step.kind, step.round, step.stage) and s.id != step.id]
    return frozenset(s.done_by for s in others if s.done_by)
