"""What stands in a case whole, and whose work it is to see it so: for unmasking only."""

from uuid import UUID

from tongban.foundation.identity.actors import Actor
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.rules.graph import holds
from tongban.handling.cases.services.context import Plan
from tongban.handling.cases.services.opening import concerned
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import FormField


def has_at_hand(actor: Actor, subject_id: UUID, case_number: str) -> bool:
    """Whether a department of the officer has the subject's case to do now: then he may ask to see it whole."""
    departments = {post.department_id for post in actor.posts}
    case = Case.objects.select_related("application").filter(number=case_number).first() if case_number else None
    if case is None or subject_id not in concerned(case.application):
        return False
    waiting = Step.objects.filter(case=case, state=Step.States.OPEN, department_id__in=departments)
    return waiting.exclude(kind="machine").exists()


def particulars(case: Case) -> list[tuple[str, str]]:
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
