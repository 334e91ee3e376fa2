"""The machine's step. The machine can only grant; whatever it may not decide becomes an officer's to-do."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.gathering import follow
from tongban.foundation.announcements.services import together
from tongban.foundation.errors import DomainError
from tongban.foundation.writing import update
from tongban.handling.cases import events, hot
from tongban.handling.cases.locks import lock_case
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rules.graph import Answers
from tongban.handling.cases.rules.materials import Outcome, machine_may_decide, undecided
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.rules.steps import StepOutcome
from tongban.handling.cases.services import progress
from tongban.handling.cases.services.materials import MaterialChecker, save_outcomes
from tongban.handling.cases.services.moves import announce_move, move
from tongban.handling.cases.services.rereading import changed_records
from tongban.handling.catalog.schema import Item
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import machine

RULE = "instant-by-materials/1"
"""The rule's name and version, stored with each automatic decision."""
UNPROVEN = "“{}”的回答没有查到登记记录，由工作人员核对"
UNASKED = "要交哪些材料，还缺一个回答才能确定，由工作人员核对"
"""Why a case is referred whose conditions name a question or field that has no answer."""


def decide_by_machine(case_id: UUID) -> Case:
    """Grant an instant case if all its materials are met, else refer it to a person. Idempotent.

    If the grant is refused halfway, everything of it is undone and the case is referred with the reason.
    """
    try:
        with transaction.atomic(), together():
            return _decide(case_id)
    except DomainError as refusal:
        with transaction.atomic(), together():
            return _decide(case_id, refusal=refusal.message)


def _decide(case_id: UUID, *, refusal: str = "") -> Case:
    """Check the materials and grant the case; with a refusal, or if they are not met, refer it to a person."""
    case = lock_case(case_id)
    step = hot.open_machine_step(case)
    if step is None or case.state != State.SUBMITTED:
        return case
    follow(case, case.application, step)
    now, actor, item = clock.now(), machine(RULE), progress.item_of(case)
    outcomes = MaterialChecker(case.application, actor=actor, at=now).check_item(item, waiting=False, case=case)
    save_outcomes(case, outcomes, now)
    answers, plan = case.application.answers, Plan(case.application)
    unproven = [UNPROVEN.format(question) for question in plan.unproven(item)]
    if not refusal:
        unproven += changed_records(plan, item, case, actor=actor, at=now)
    if refusal or unproven or not machine_may_decide(item, outcomes, answers):
        return _refer(case, refusal or _why_not(item, outcomes, answers, unproven), now)
    progress.start_clock(case, now)
    move(case, State.ACCEPTED, events.CaseAccepted, actor=actor, at=now)
    step.state, step.done_at, step.outcome = Step.States.DONE, now, StepOutcome.GRANTED
    update(step, "state", "done_at", "outcome")
    basis = {
        "rule": RULE,
        "item": f"{item.code} v{item.version}",
        "materials": {o.key: o.way for o in outcomes},
    }
    progress.grant(case, actor=actor, at=now, automatic=True, basis=basis)
    return case


def _why_not(item: Item, outcomes: Iterable[Outcome], answers: Answers, unproven: Iterable[str]) -> str:
    """Return in words why the machine may not decide, or an empty string."""
    unmet = [outcome.reason for outcome in outcomes if outcome.necessary and not outcome.met]
    return "；".join([*unmet, *unproven, *([UNASKED] if undecided(item, answers) else [])])


@transaction.atomic
def refer_to_person(case_id: UUID, reason: str) -> Case:
    """Hand a case over to the item's officers, unless the machine's step is no longer open."""
    return _refer(lock_case(case_id), reason, clock.now())


def _refer(case: Case, reason: str, now: datetime) -> Case:
    if not case.steps.filter(kind=StepKind.MACHINE, state=Step.States.OPEN).update(state=Step.States.CANCELLED):
        return case
    announce_move(case, events.CaseReferred, actor=machine(RULE), at=now, reason=reason or "转人工办理")
    progress.open_plan(case, progress.item_of(case), now)
    return case
