"""The personal data of a case in plain text, and who may see it. Used for unmasking only."""

from uuid import UUID

from tongban.foundation import clock
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.plan import Plan, persons_concerned
from tongban.handling.cases.policies import UNMASK, UnmaskTarget
from tongban.handling.cases.rules.graph import holds
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import FormField
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import policy
from tongban.people.identity.actors import Actor


def has_open_case_of(actor: Actor, subject_id: UUID, case_number: str) -> bool:
    """Return whether the officer may unmask the subject because their department is handling the subject's case.

    Registered with `identity.unmasking.privileges`.
    """
    case = Case.objects.select_related("application").filter(number=case_number).first() if case_number else None
    return case is not None and subject_id in persons_concerned(case.application) and may_unmask(case, actor)


def may_unmask(case: Case, actor: Actor) -> bool:
    """Return whether the policy lets the officer see this case unmasked."""
    return policy.can(UNMASK, actor, at=clock.now(), **unmask_target(case))


def unmask_target(case: Case) -> UnmaskTarget:
    """Return what the policy `cases.unmask` needs to know of a case. Load its application beforehand."""
    waiting = Step.objects.filter(case=case, state=Step.States.OPEN).exclude(kind=StepKind.MACHINE)
    return {
        "number": case.number,
        "departments": set(waiting.values_list("department_id", flat=True)),
        "division": case.division_code,
        "applicant": case.application.applicant_id,
    }


def unmasked_rows(case: Case) -> list[tuple[str, str]]:
    """Return (label, plain value) of the facts and answers that the case page shows masked."""
    plan, labels = Plan(case.application), catalog.fact_labels()
    facts, answers = case.application.facts, case.application.answers
    wanted = [key for page in plan.bundle.pages for key in page.facts]
    known = [
        (labels[key].label, facts[key])
        for key in dict.fromkeys(wanted)
        if key in labels and labels[key].mask not in {"", "datetime"} and facts.get(key)
    ]
    item = catalog.item(case.item_code, case.item_version)
    typed = [
        (field.label, _choice(field, answers[field.key]))
        for field in item.form
        if holds(field.when, answers) and answers.get(field.key)
    ]
    return known + typed


def _choice(field: FormField, value: str) -> str:
    return dict(field.choices).get(value, value).partition("：")[0] if field.kind == "choice" else value
