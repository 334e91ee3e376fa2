"""How a case progresses: it goes to the machine or to officers, its steps open in turn, its results are issued.

All functions expect a locked case within a transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from procrastinate.types import JSONDict

from tongban.exchange.libraries import services as libraries
from tongban.exchange.licences import services as licences
from tongban.foundation import clock
from tongban.foundation.announcements.gathering import settle
from tongban.foundation.announcements.services import announce
from tongban.foundation.operations.jobs import defer
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.writing import update
from tongban.handling.cases import events, hot
from tongban.handling.cases.models import Application, Case, Step
from tongban.handling.cases.plan import look_up_context, party
from tongban.handling.cases.rules import deadlines
from tongban.handling.cases.rules.materials import Outcome, machine_may_decide
from tongban.handling.cases.rules.states import FINAL, State
from tongban.handling.cases.rules.steps import Decision
from tongban.handling.cases.services.materials import MaterialChecker, save_outcomes
from tongban.handling.cases.services.moves import announce_move, move
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Item, PlanStep
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind

DEFAULT_PLAN = (
    PlanStep(key="accept", name="收件受理", kind=StepKind.ACCEPT, post=PostKind.WINDOW, stage=1),
    PlanStep(key="opinion", name="审查", kind=StepKind.OPINION, post=PostKind.HANDLER, stage=2),
    PlanStep(key="decide", name="决定", kind=StepKind.DECIDE, post=PostKind.HEAD, stage=3),
)
DENIAL = "denial-decision"
MACHINE = StepKind.MACHINE.value
"""Key of the machine's step, equal to its kind."""


def item_of(case: Case) -> Item:
    """Return the item in the version that the case was submitted with."""
    return catalog.item(case.item_code, case.item_version)


def begin(case: Case, *, actor: Actor, at: datetime, by_machine: bool = True) -> None:
    """Check the materials and open the first step: the machine's if it may decide, else an officer's."""
    item = item_of(case)
    outcomes = MaterialChecker(case.application, actor=actor, at=at).check_item(item, waiting=False, case=case)
    save_outcomes(case, outcomes, at)
    steps = first_steps(case, item, outcomes, at, by_machine=by_machine)
    case.save(update_fields=["received_at", "promised_days"])
    Step.objects.bulk_create(steps)
    queue_machine_steps(steps)


def first_steps(
    case: Case, item: Item, outcomes: Sequence[Outcome], at: datetime, *, by_machine: bool = True
) -> list[Step]:
    """Return the unsaved steps of a case that has come in, the first stage open. Changes the case without saving it."""
    case.received_at = case.received_at or at
    if not (by_machine and machine_may_decide(item, outcomes, case.application.answers)):
        return _plan_of(case, item, at)
    step = Step(
        case=case, round=case.round, key=MACHINE, name="系统自动办理", kind=StepKind.MACHINE, stage=0,
        department=case.department, state=Step.States.OPEN, opened_at=at, due_on=clock.legal_day(at),
    )  # fmt: skip
    return [step]


def queue_machine_steps(steps: Iterable[Step]) -> None:
    """Queue a job for each of the machine's steps among `steps`."""
    jobs: list[JSONDict] = [{"case_id": str(step.case_id)} for step in steps if step.kind == StepKind.MACHINE]
    if jobs:
        defer("cases.decide_by_machine", *jobs)


def open_plan(case: Case, item: Item, at: datetime) -> None:
    """Create the officers' steps of this round and open the first stage."""
    steps = _plan_of(case, item, at)
    case.save(update_fields=["promised_days"])
    Step.objects.bulk_create(steps)


def _plan_of(case: Case, item: Item, at: datetime) -> list[Step]:
    case.promised_days = item.promised_days or item.fallback_days or case.promised_days or 1
    plans = item.plan or DEFAULT_PLAN
    departments = organisation.departments_named({plan.department for plan in plans if plan.department})
    steps = [
        Step(
            case=case, round=case.round, key=plan.key, name=plan.name, kind=plan.kind, stage=plan.stage,
            department=departments[plan.department] if plan.department else case.department,
            post=plan.post, state=Step.States.WAITING,
        )
        for plan in plans
    ]  # fmt: skip
    first = min(step.stage for step in steps)
    for step in steps:
        if step.stage == first:
            _open(case, step, at)
    return steps


def open_next_stage(case: Case, at: datetime) -> None:
    """Open all waiting steps of the lowest stage, unless a step is still open. Steps of one stage run in parallel."""
    steps = list(case.steps.filter(round=case.round).exclude(kind=StepKind.MACHINE).order_by("stage"))
    if any(step.state == Step.States.OPEN for step in steps):
        return
    waiting = [step for step in steps if step.state == Step.States.WAITING]
    for step in waiting:
        if step.stage == waiting[0].stage:
            _open(case, step, at)
            step.save(update_fields=["state", "opened_at", "due_on"])


def advance(case: Case, *, actor: Actor, at: datetime) -> None:
    """Open the next stage after acceptance or an opinion, and move the case to the state that its steps need."""
    open_next_stage(case, at)
    kinds = set(case.steps.filter(round=case.round, state=Step.States.OPEN).values_list("kind", flat=True))
    if StepKind.OPINION in kinds and case.state == State.ACCEPTED:
        move(case, State.REVIEW, events.ReviewBegun, actor=actor, at=at)
    elif kinds == {StepKind.DECIDE}:
        move(case, State.DECISION_PENDING, events.ReviewCompleted, actor=actor, at=at)


def _open(case: Case, step: Step, at: datetime) -> None:
    step.state = Step.States.OPEN
    step.opened_at = at
    step.due_on = due_of(case, step)


def due_of(case: Case, step: Step) -> date | None:
    """Return the last day of an officer's open step; None before the case has one."""
    if step.kind == StepKind.ACCEPT:
        return deadlines.notice_due(workdays.calendar(), clock.legal_day(notice_period_start(case, step)))
    if step.kind in {StepKind.MAKE, StepKind.DELIVER} and case.decided_at:
        return deadlines.delivery_due(workdays.calendar(), clock.legal_day(case.decided_at))
    return case.promise_due


def notice_period_start(case: Case, step: Step) -> datetime:
    """Return when the five days of 行政许可法 Art. 32 begin: at the receipt, or at the answer to a correction."""
    opened = step.opened_at or clock.now()
    return opened if case.round > 1 else case.received_at or opened


def start_clock(case: Case, at: datetime) -> None:
    """Set the time of acceptance and, from it, the promised and the legal day of the decision. Does not save."""
    due = deadlines.decision_due(workdays.calendar(), clock.legal_day(at), case.promised_days, case.legal_days)
    case.accepted_at, case.promise_due, case.legal_due = at, due.promised, due.legal


def grant(
    case: Case, *, actor: Actor, at: datetime, automatic: bool, basis: Mapping[str, object] | None = None
) -> None:
    """Grant a case: change the base libraries, record the decision and issue the results.

    `basis` is the rule and the inputs of an automatic decision. Raises DomainError if a base library refuses the
    change; the caller's transaction then rolls everything back.
    """
    item = item_of(case)
    application = case.application
    context = look_up_context(application, case)
    facts: dict[str, str] = {}
    for effect in item.effects:
        facts |= libraries.apply_effect(effect, context=context | facts, actor=actor, at=at)
    if facts:
        application.facts = application.facts | facts
        application.sources = application.sources | dict.fromkeys(facts, f"{case.department.name} · {case.name}")
        update(application, "facts", "sources")
    case.decision, case.decided_at, case.automatic, case.basis = Decision.GRANTED, at, automatic, basis or {}
    move(case, State.GRANTED, events.CaseGranted, actor=actor, at=at)
    _issue_results(case, item, actor, at)
    after_decision(case, actor=actor, at=at)


def _issue_results(case: Case, item: Item, actor: Actor, at: datetime) -> None:
    application = case.application
    known = {**application.answers, **application.facts}
    for result in item.results:
        holder = party(application.facts, result.of) or application.applicant_id
        licence = licences.issue_result(
            licences.ensure_type(result.licence_type, result.name, result.kind, case.department_id),
            holder_id=holder,
            keeper_id=application.applicant_id if holder != application.applicant_id else None,
            issuer=case.department,
            surface={label: known.get(key, "") for label, key in result.surface},
            case_number=case.number,
            item_code=item.code,
            actor=actor,
            at=at,
        )
        announce_move(case, events.ResultIssued, actor=actor, at=at, licence_id=licence.id)


def deny(case: Case, *, reason: str, actor: Actor, at: datetime) -> None:
    """Deny a case, by a person's decision, and issue a document with the reason and the ways to appeal.

    The appeal periods are those of 行政复议法 Art. 20 and 行政诉讼法 Art. 46.
    """
    case.decision, case.decided_at, case.reason = Decision.DENIED, at, reason
    move(case, State.DENIED, events.CaseDenied, actor=actor, at=at, reason=reason)
    licences.ensure_type(DENIAL, "不予许可决定书", "document", case.department_id)
    licence = licences.issue(
        DENIAL,
        holder_id=case.application.applicant_id,
        issuer_id=case.department_id,
        surface={
            "事项": case.name,
            "办件编号": case.number,
            "决定": "不予准许",
            "理由": reason,
            "救济途径": "可自收到本决定之日起六十日内申请行政复议，或六个月内提起行政诉讼",
        },
        case_number=case.number,
        item_code=case.item_code,
        actor=actor,
        at=at,
    )
    announce_move(case, events.ResultIssued, actor=actor, at=at, licence_id=licence.id)
    withdraw_followers(case, f"前置事项“{case.name}”未获准许：{reason}", actor=actor, at=at)
    _deliver_and_close(case, actor=actor, at=at)


def after_decision(case: Case, *, actor: Actor, at: datetime) -> None:
    """After a grant, open what is left of the plan (make, deliver); else deliver electronically and close the case."""
    left = set(
        case.steps.filter(round=case.round, state=Step.States.WAITING).values_list("kind", flat=True)
    ) if not case.automatic else set()  # fmt: skip
    if StepKind.MAKE in left:
        move(case, State.CERT_MAKING, events.ResultMaking, actor=actor, at=at)
    elif StepKind.DELIVER in left:
        move(case, State.DELIVERING, events.ResultDelivering, actor=actor, at=at)
    else:
        _deliver_and_close(case, actor=actor, at=at)
        return
    open_next_stage(case, at)
    release_followers(case, actor=actor, at=at)


def _deliver_and_close(case: Case, *, actor: Actor, at: datetime) -> None:
    move(case, State.DELIVERING, events.ResultDelivering, actor=actor, at=at)
    close(case, actor=actor, at=at)


def close(case: Case, *, actor: Actor, at: datetime) -> None:
    """Close a case whose result has reached the applicant, and the application with its last case."""
    move(case, State.CLOSED, events.CaseClosed, actor=actor, at=at)
    if case.decision == Decision.GRANTED:
        release_followers(case, actor=actor, at=at)
    close_application_when_done(case, actor=actor, at=at)


def release_followers(case: Case, *, actor: Actor, at: datetime) -> None:
    """Receive the cases that waited for this one and have no other ungranted predecessor. Their deadlines start now."""
    if not hot.has_waiting_follower(case):
        return
    settle()  # the followers read the decision and its results from the database
    for follower in Case.objects.filter(after=case, state=State.WAITING).select_related("department"):
        if follower.after.exclude(decision=Decision.GRANTED).exists():
            continue
        follower.application = case.application
        follower.received_at = follower.received_at or at
        move(follower, State.SUBMITTED, events.CaseReleased, actor=actor, at=at)
        begin(follower, actor=actor, at=at)


def withdraw_followers(case: Case, reason: str, *, actor: Actor, at: datetime) -> None:
    """Withdraw the cases that wait for this one, since it will not be granted. They keep the reason."""
    waiting = Case.objects.filter(after=case, state=State.WAITING).select_related("department").order_by("position")
    for follower in waiting:
        if not waiting.filter(id=follower.id).exists():  # it also waited for another follower and ended with that one
            continue
        follower.application = case.application
        end(follower, State.WITHDRAWN, events.CaseWithdrawn, actor=actor, at=at, reason=reason)


def end(case: Case, to: State, event: type[events.CaseEvent], *, actor: Actor, at: datetime, reason: str) -> None:
    """End a case without a decision: cancel its steps, and withdraw the cases that wait for it."""
    case.reason = reason
    case.steps.filter(state__in=[Step.States.OPEN, Step.States.WAITING]).update(state=Step.States.CANCELLED)
    move(case, to, event, actor=actor, at=at, reason=reason)
    withdraw_followers(case, f"前置事项“{case.name}”已结束：{reason}", actor=actor, at=at)
    close_application_when_done(case, actor=actor, at=at)


def close_application_when_done(case: Case, *, actor: Actor, at: datetime) -> None:
    """Close the submitted application of a case that has ended, unless another of its cases has not."""
    application = case.application
    if application.state != Application.States.SUBMITTED or hot.has_other_case(case, but_in=FINAL):
        return
    application.state, application.closed_at = Application.States.CLOSED, at
    update(application, "state", "closed_at")
    announce(events.ApplicationClosed(subject=application.id, number=application.number or ""), actor=actor, at=at)
