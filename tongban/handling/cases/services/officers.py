"""The officers' acts: accept, request a correction, give an opinion, decide, make and deliver the result.

Every act takes an open step, checks the actor's right to it, and raises StepAlreadyDone if a colleague was faster,
NotFound for an unknown step, PolicyRefused if the policy does not allow the act, and ProofNeeded for a decision by an
officer who uses a second factor and did not give it lately.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.characters import visible
from tongban.foundation.errors import Invalid
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import events
from tongban.handling.cases.locks import lock_step
from tongban.handling.cases.models import Case, Correction, Step
from tongban.handling.cases.policies import ACT, DECIDE
from tongban.handling.cases.rules.deadlines import CORRECTION_DAYS
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.rules.steps import StepAlreadyDone, StepOutcome
from tongban.handling.cases.services import progress
from tongban.handling.cases.services.moves import announce_move, move
from tongban.handling.cases.targets import target_of
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import policy
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.policy import ProofNeeded


@transaction.atomic
def accept(step_id: UUID, *, actor: Actor, opinion: str = "") -> Case:
    """Accept a case (受理). The deadlines for the decision start."""
    step, now = _take(step_id, actor, StepKind.ACCEPT)
    case = step.case
    progress.start_clock(case, now)
    _finish(step, StepOutcome.ACCEPTED, opinion, actor, now)
    move(case, State.ACCEPTED, events.CaseAccepted, actor=actor, at=now, reason=opinion)
    progress.advance(case, actor=actor, at=now)
    return case


@transaction.atomic
def refuse_acceptance(step_id: UUID, *, actor: Actor, opinion: str) -> Case:
    """Refuse to accept a case (不予受理). `opinion` is the reason that the applicant will read."""
    reason = _needed(opinion, "请写明不予受理的理由，申请人会看到。")
    step, now = _take(step_id, actor, StepKind.ACCEPT)
    _finish(step, StepOutcome.NOT_ACCEPTED, reason, actor, now)
    progress.end(step.case, State.NOT_ACCEPTED, events.CaseNotAccepted, actor=actor, at=now, reason=reason)
    return step.case


@transaction.atomic
def request_correction(step_id: UUID, *, wanted: Sequence[dict[str, str]], actor: Actor) -> Case:
    """Name everything that is missing, in one notice (一次性补正告知, 行政许可法 Art. 32). The case then waits.

    `wanted` is a list of {"material": key, "sentence": what the applicant should do}. Raises Invalid if it is empty,
    names an unknown material, or lacks a sentence.
    """
    step, now = _take(step_id, actor, StepKind.ACCEPT)
    case = step.case
    names = dict(case.materials.values_list("key", "name"))
    unknown = next((w.get("material", "") for w in wanted if w.get("material") not in names), None)
    if unknown is not None:
        raise Invalid(f"这个办件没有“{unknown}”这项材料，请从材料清单里选择要补正的材料。", field="wanted")
    lines = [
        {"material": w["material"], "name": names[w["material"]], "sentence": visible(w["sentence"])}
        for w in wanted
        if visible(w.get("sentence", ""))
    ]
    if unsaid := [names[w["material"]] for w in wanted if not visible(w.get("sentence", ""))]:
        raise Invalid(f"请写明“{'、'.join(unsaid)}”要怎样补正；补正通知只能发一次，请一次说全。", field="wanted")
    if not lines:
        raise Invalid("请至少选择一项材料，并写明要怎样补正；补正通知只能发一次，请一次说全。", field="wanted")
    due = workdays.calendar().nth_workday(clock.legal_day(now), CORRECTION_DAYS)
    Correction.objects.create(
        case=case, round=case.round, wanted=lines, issued_at=now, issued_by=str(actor.subject_id), due_on=due
    )
    summary = "；".join(f"{line['name']}：{line['sentence']}" for line in lines)
    _finish(step, StepOutcome.CORRECTION, summary, actor, now)
    case.steps.filter(round=case.round, state=Step.States.WAITING).update(state=Step.States.CANCELLED)
    move(case, State.CORRECTION, events.CorrectionRequested, actor=actor, at=now, reason=summary)
    return case


@transaction.atomic
def give_opinion(step_id: UUID, *, outcome: str, opinion: str, actor: Actor) -> Case:
    """Give one department's opinion. The last opinion of a stage advances the case."""
    if outcome not in {StepOutcome.AGREE, StepOutcome.DISAGREE}:
        raise Invalid("请选择“同意”或“不同意”。", field="outcome")
    words = _needed(opinion, "请写下审查意见。")
    step, now = _take(step_id, actor, StepKind.OPINION)
    case = step.case
    _finish(step, StepOutcome(outcome), words, actor, now)
    announce_move(case, events.StepCompleted, actor=actor, at=now, reason=words, step=step.key, outcome=outcome)
    progress.advance(case, actor=actor, at=now)
    return case


@transaction.atomic
def decide(step_id: UUID, *, outcome: str, opinion: str, actor: Actor) -> Case:
    """Decide a case (决定): `outcome` is `grant` or `deny`. A denial needs a reason. Recorded as privileged."""
    if outcome not in {"grant", "deny"}:
        raise Invalid("请选择“准予”或“不予”。", field="outcome")
    words = _needed(opinion, "请写明不予的理由，申请人会在决定书上看到。") if outcome == "deny" else visible(opinion)
    step, now = _take(step_id, actor, StepKind.DECIDE)
    case = step.case
    _finish(step, StepOutcome.GRANTED if outcome == "grant" else StepOutcome.DENIED, words, actor, now)
    if outcome == "grant":
        progress.grant(case, actor=actor, at=now, automatic=False)
    else:
        case.steps.filter(round=case.round, state=Step.States.WAITING).update(state=Step.States.CANCELLED)
        progress.deny(case, reason=words, actor=actor, at=now)
    return case


@transaction.atomic
def complete_making(step_id: UUID, *, actor: Actor, opinion: str = "") -> Case:
    """Record that the physical result has been made (制证)."""
    step, now = _take(step_id, actor, StepKind.MAKE)
    _finish(step, StepOutcome.MADE, opinion, actor, now)
    left = step.case.steps.filter(round=step.case.round, state=Step.States.WAITING, kind=StepKind.DELIVER).exists()
    move(step.case, State.DELIVERING, events.ResultDelivering, actor=actor, at=now, reason=opinion)
    if left:
        progress.open_next_stage(step.case, now)
    else:
        progress.close(step.case, actor=actor, at=now)
    return step.case


@transaction.atomic
def complete_delivery(step_id: UUID, *, actor: Actor, opinion: str = "") -> Case:
    """Record that the result has been handed over or posted (送达), and close the case."""
    step, now = _take(step_id, actor, StepKind.DELIVER)
    _finish(step, StepOutcome.DELIVERED, opinion, actor, now)
    announce_move(
        step.case,
        events.StepCompleted,
        actor=actor,
        at=now,
        reason=opinion,
        step=step.key,
        outcome=StepOutcome.DELIVERED,
    )
    progress.close(step.case, actor=actor, at=now)
    return step.case


def _take(step_id: UUID, actor: Actor, kind: StepKind) -> tuple[Step, datetime]:
    """Lock a step of this kind, check that the actor may do it and that it is open, and return it with the time."""
    step, now = lock_step(step_id), clock.now()
    target = target_of(step, step.case.steps.filter(round=step.round, stage=step.stage))
    taken = step.state != Step.States.OPEN or step.kind != kind
    if kind == StepKind.DECIDE:
        try:
            identity.authorise(DECIDE, step.case_id, actor=actor, **target)
        except ProofNeeded:
            if not taken:  # nobody should prove who they are only to read that a colleague was faster
                raise
    else:
        policy.check(ACT, actor, at=now, **target)
    if taken:
        raise StepAlreadyDone
    return step, now


def _finish(step: Step, outcome: StepOutcome, opinion: str, actor: Actor, at: datetime) -> None:
    step.state, step.outcome, step.opinion = Step.States.DONE, outcome, visible(opinion)
    step.done_at, step.done_by = at, actor.subject_id
    step.save()


def _needed(words: str, sentence: str) -> str:
    """Return the opinion as free text is kept. Raises Invalid with the sentence if nobody would see anything of it."""
    seen = visible(words)
    if not seen:
        raise Invalid(sentence, field="opinion")
    return seen
