"""What is still missing or wrong in the answers of a draft."""

from datetime import date

from tongban.foundation.city import city
from tongban.handling.cases.plan import QUESTIONS, Plan
from tongban.handling.cases.rules.form import FieldError, problem_with
from tongban.handling.catalog.schema import FormField


def problem_in(plan: Plan, field: FormField, day: date) -> str | None:
    """Return what is wrong with the answer to a field on a legal day, or None."""
    answers, facts = plan.application.answers, plan.application.facts
    return problem_with(field, answers.get(field.key, ""), answers, day, plate=city().plate, facts=facts)


def problems_on(plan: Plan, page: str, day: date) -> list[FieldError]:
    """Return what has to be corrected on one page of questions or fields on a legal day."""
    if page == QUESTIONS:
        answers = plan.application.answers
        unanswered = [q for q in plan.bundle.questions if answers.get(q.key) not in plan.choices(q)]
        return [FieldError(page, q.key, please_answer(q.text)) for q in unanswered]
    fields = next((fields for key, _, fields in plan.pages if key == page), [])
    found = [(field.key, problem_in(plan, field, day)) for field in fields]
    return [FieldError(page, key, sentence) for key, sentence in found if sentence]


def please_answer(text: str) -> str:
    """Return the sentence about a question that has no answer."""
    return f"请回答：{text}"
