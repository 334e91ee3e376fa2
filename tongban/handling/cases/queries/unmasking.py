"""What stands in a case whole, and whose work it is to see it so: for unmasking only."""

from typing import Any
from uuid import UUID

from tongban.foundation import clock
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.plan import Plan, persons_concerned
from tongban.handling.cases.policies import UNMASK
from tongban.handling.cases.rules.graph import holds
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import FormField
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import policy
from tongban.people.identity.actors import Actor


def has_open_case_of(actor: Actor, subject_id: UUID, case_number: str) -> bool:
    """Whether the officer's department has the subject's case to do now: then he may ask to see it whole."""
    case = Case.objects.select_related("application").filter(number=case_number).first() if case_number else None
    return case is not None and subject_id in persons_concerned(case.application) and may_unmask(case, actor)


def may_unmask(case: Case, actor: Actor) -> bool:
    """Whether the policy lets the officer see this case whole."""
    return policy.can(UNMASK, actor, at=clock.now(), **unmask_thing(case))


def unmask_thing(case: Case) -> dict[str, Any]:
    """What the policy `cases.unmask` asks of a case whose application is at hand."""
    waiting = Step.objects.filter(case=case, state=Step.States.OPEN).exclude(kind=StepKind.MACHINE)
    return {
        "number": case.number,
        "departments": set(waiting.values_list("department_id", flat=True)),
        "division": case.division_code,
        "applicant": case.application.applicant_id,
    }


def unmasked_rows(case: Case) -> list[tuple[str, str]]:
    """(label, plain value) of the facts and answers that the case page shows masked."""
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
