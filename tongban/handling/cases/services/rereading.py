"""Read the records that answered questions again before the machine decides: a draft may be weeks old."""

from collections.abc import Iterator
from datetime import datetime

from tongban.exchange.libraries import services as libraries
from tongban.handling.cases.models import Case
from tongban.handling.cases.plan import Plan, look_up_context
from tongban.handling.catalog.schema import Item
from tongban.people.identity.actors import Actor


def changed_records(plan: Plan, item: Item, case: Case, *, actor: Actor, at: datetime) -> Iterator[str]:
    """Yield in words which recorded answers the item rests on that the registers no longer give.

    One look-up for each such answer, recorded for the case. No query for an item that rests on none.
    """
    sources, questions = plan.application.sources, plan.resting_on_records(item)
    context = look_up_context(plan.application, case) if questions else {}
    for question in questions:
        found = libraries.look_up(question.resource, context=context, actor=actor, at=at)
        says = f"“{question.text}”的回答来自{sources.get(question.key) or sources.get(question.fact, '登记')}"
        if not found.found:
            yield f"{says}，现在已查不到这条登记，由工作人员核对"
        elif not question.is_given_by(plan.application.answers.get(question.key, ""), found.facts):
            yield f"{says}，现在的登记和回答不一样，由工作人员核对"
