"""Submit a draft as a graph of cases, answer a correction notice, withdraw."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.gathering import follow, save_later
from tongban.foundation.announcements.services import announce, announce_many, together
from tongban.foundation.characters import visible
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid
from tongban.handling.cases import events, hot
from tongban.handling.cases.locks import lock_case
from tongban.handling.cases.models import Application, Case, CaseDependency, CaseMaterial, Correction, Step
from tongban.handling.cases.once import once_id, refuse_twice
from tongban.handling.cases.plan import MATERIALS, Plan
from tongban.handling.cases.policies import SUBMIT_SENSITIVE
from tongban.handling.cases.queries.timeline import OpenParts
from tongban.handling.cases.rights import amount_of, check_level, check_service, own_application
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.cases.rules.states import BEFORE_DECISION, FINAL, State
from tongban.handling.cases.services import progress
from tongban.handling.cases.services.checking import problems_of
from tongban.handling.cases.services.drafts import NamedFile, attach_all
from tongban.handling.cases.services.materials import MaterialChecker, rows_of
from tongban.handling.cases.services.moves import move, next_numbers
from tongban.handling.cases.services.starting import check_may_apply, merge, new_plan
from tongban.handling.catalog.levels import highest
from tongban.handling.catalog.schema import BundleStep, Item
from tongban.people.identity import policy, stepup
from tongban.people.identity.actors import Actor, Channel
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Department


class Incomplete(Invalid):
    """The draft or the correction is not complete; `problems` says what is missing or wrong, and where."""

    code = "incomplete"

    def __init__(self, problems: list[FieldError]) -> None:
        super().__init__(f"还有 {len(problems)} 处没有填好，补齐后就能提交。")
        self.problems = problems


class ServiceChanged(Conflict):
    """Since the applicant checked the draft, the service changed or one of its items was withdrawn."""

    code = "service-changed"


class Submitted(NamedTuple):
    """A submitted application and its cases with what is open in them, in the order of the form."""

    application: Application
    cases: list[tuple[Case, OpenParts]] | None
    """None if it had been submitted before."""


def submit(application_id: UUID, *, actor: Actor, checked: str = "") -> Application:
    """Submit a draft, which becomes a graph of cases. A second call returns the submitted application unchanged.

    `checked` is the stamp of the versions that the applicant saw on the check page (`Plan.stamp`). If it is given and
    differs, ServiceChanged is raised, so that nobody submits something that they have not seen. Raises Incomplete,
    AlreadyApplied, Conflict for a discarded draft, LevelNeeded, FactorNeeded, ProofNeeded, and as
    `rights.own_application`.
    """
    return submit_draft(application_id, actor=actor, checked=checked).application


@transaction.atomic
def submit_draft(application_id: UUID, *, actor: Actor, checked: str = "") -> Submitted:
    """Submit a draft as `submit` does, and return its cases too."""
    application = own_application(application_id, actor, with_amount=True)
    if application.state in {Application.States.SUBMITTED, Application.States.CLOSED}:
        return Submitted(application, None)
    if application.state == Application.States.DISCARDED:
        raise Conflict("这份草稿已经放弃，请重新开始办理。")
    with together():
        follow(application)
        return _submit(Plan(application), checked=checked, actor=actor, at=clock.now())


@transaction.atomic(savepoint=False)
def apply_at_once(service: str, *, kind: str, answers: Mapping[str, str], checked: str, actor: Actor) -> Submitted:
    """Start, answer and submit an application in one transaction, for systems that know the form beforehand.

    The transaction of the caller must end after a refusal. No draft is stored in between. Raises Conflict if the
    applicant already has a draft, whose content would otherwise be submitted unseen, and as `start_draft`,
    `merge_answers` and `submit`.
    """
    applicant_id = check_may_apply(service, kind=kind, actor=actor)
    if hot.has_draft(applicant_id, service):
        raise Conflict("这一项有一份还没有提交的草稿，请先接着办完或放弃它，再一次办完。")
    now = clock.now()
    with together():
        plan = new_plan(service, kind=kind, applicant_id=applicant_id, actor=actor, at=now)
        application = plan.application
        save_later(application)
        merge(plan, answers, now)
        check_service(actor, service, kind, amount_of(plan))
        announce(events.ApplicationStarted(subject=application.id, service=service), actor=actor, at=now)
        return _submit(plan, checked=checked, actor=actor, at=now)


def _submit(plan: Plan, *, checked: str, actor: Actor, at: datetime) -> Submitted:
    """Check everything and write the submission. The application is locked, or about to be inserted."""
    _check_service(plan, checked)
    check_level(plan.items.values(), actor, passed=plan.level_passed)
    _check_factor(plan, actor, at)
    checker = MaterialChecker(plan.application, actor=actor, at=at)
    problems = problems_of(plan, checker)
    if problems:
        raise Incomplete(problems)
    refuse_twice(plan, actor, at)
    return Submitted(plan.application, _write(plan, checker, actor, at))


def _write(plan: Plan, checker: MaterialChecker, actor: Actor, now: datetime) -> list[tuple[Case, OpenParts]]:
    """Write the cases and everything that belongs to them at the end of the block, and return the cases.

    Numbers are drawn last, since they lock the departments' series until the transaction ends.
    """
    application = plan.application
    departments = organisation.departments_named({plan.bundle.lead, *(item.department for item in plan.items.values())})
    cases = {
        step.key: _new_case(application, plan, step, position, departments, now)
        for position, step in enumerate(plan.steps, 1)
    }
    parts = {key: OpenParts() for key in cases}
    materials: list[CaseMaterial] = []
    to_dos: list[Step] = []
    for step in plan.steps:
        case, item = cases[step.key], plan.items[step.key]
        outcomes = checker.check_item(item, waiting=bool(step.after), case=case)
        materials += rows_of(case, outcomes, now)
        parts[step.key].before.extend(CaseDependency(case=case, predecessor=cases[key]) for key in step.after)
        if not step.after:
            first = progress.first_steps(case, item, outcomes, now)
            parts[step.key].steps.extend(to_do for to_do in first if to_do.state == Step.States.OPEN)
            to_dos += first
    progress.queue_machine_steps(to_dos)
    application.service_version = plan.bundle.version
    application.state = Application.States.SUBMITTED
    application.submitted_at = application.saved_at = now
    application.channel = actor.channel
    _give_numbers(application, departments[plan.bundle.lead], list(cases.values()), now)
    for row in (application, *cases.values(), *(b for p in parts.values() for b in p.before), *materials, *to_dos):
        save_later(row)
    submitted = events.ApplicationSubmitted(subject=application.id, number=application.number or "", cases=len(cases))
    announce_many([submitted, *map(_arrival, cases.values())], actor=actor, at=now)
    return [(cases[key], parts[key]) for key in cases]


def _new_case(
    application: Application,
    plan: Plan,
    step: BundleStep,
    position: int,
    departments: Mapping[str, Department],
    at: datetime,
) -> Case:
    """Return an unsaved case, still without a number."""
    item: Item = plan.items[step.key]
    return Case(
        application=application,
        step_key=step.key,
        position=position,
        item_code=item.code,
        item_version=item.version,
        name=step.name or item.name,
        department=departments[item.department],
        division_code=application.division_code,
        optional=step.optional,
        state=State.WAITING if step.after else State.SUBMITTED,
        promised_days=item.promised_days,
        legal_days=item.legal_days,
        instant=item.instant,
        once_id=once_id(item, application.facts, at),
    )


def _give_numbers(application: Application, lead: Department, cases: list[Case], at: datetime) -> None:
    """Give the application a number of the leading department, and each case one of its own department."""
    wanted = Counter([lead.short_code, *(case.department.short_code for case in cases)])
    given = {code: iter(found) for code, found in next_numbers(at, application.division_code, wanted).items()}
    application.number = next(given[lead.short_code])
    for case in cases:
        case.number = next(given[case.department.short_code])


def _arrival(case: Case) -> events.CaseEvent:
    arrived = events.CaseHeld if case.state == State.WAITING else events.CaseReceived
    return arrived(subject=case.id, number=case.number, application=case.application_id)


def _check_service(plan: Plan, checked: str) -> None:
    if gone := plan.withdrawn:
        raise ServiceChanged(
            f"“{'、'.join(gone)}”在填写期间停止办理了，这份申请不能提交。"
            f"填过的内容都在草稿里，请拨打 {city().hotline} 咨询。"
        )
    if checked and checked != plan.stamp:
        raise ServiceChanged("办事指南在填写期间更新了，下面已经换成新的要求。请再核对一遍，没有问题就提交。")


def _check_factor(plan: Plan, actor: Actor, now: datetime) -> None:
    """Ask people who use a second factor for it if the items need it. Raises ProofNeeded, or FactorNeeded for a token.

    A system cannot ask for it, and its token does not prove that the person is present.
    """
    if not highest(plan.items.values()).factor:
        return
    if actor.channel != Channel.API:
        policy.check(SUBMIT_SENSITIVE, actor, at=now)
    elif actor.subject_id is not None and stepup.has_factor(actor.subject_id):
        raise stepup.FactorNeeded


@transaction.atomic
def answer_correction(case_id: UUID, chosen: Mapping[str, NamedFile], *, actor: Actor) -> list[FieldError]:
    """Store the files that a correction notice asks for, by material, and send the case back to the officer.

    If a file is refused or missing, the case stays where it is, and what has to be corrected is returned; files that
    are in order are kept. Raises Conflict if no notice is open, and as `rights.own_application`.
    """
    case, correction = _to_correct(case_id, actor)
    problems = attach_all(case.application_id, chosen, actor=actor)
    refused = {problem.field for problem in problems}
    problems += [problem for problem in _missing(case, correction) if problem.field not in refused]
    if not problems:
        resubmit(case_id, actor=actor)
    return problems


@transaction.atomic
def resubmit(case_id: UUID, *, actor: Actor) -> Case:
    """Answer a correction notice; the case comes in again as the next round.

    Raises Incomplete if a material named in the notice was not uploaded since, Conflict if no notice is open.
    """
    case, correction = _to_correct(case_id, actor)
    if missing := _missing(case, correction):
        raise Incomplete(missing)
    now = clock.now()
    correction.answered_at = now
    correction.save(update_fields=["answered_at"])
    case.round += 1
    move(case, State.SUBMITTED, events.CaseResubmitted, actor=actor, at=now)
    progress.begin(case, actor=actor, at=now, by_machine=False)
    return case


def _to_correct(case_id: UUID, actor: Actor) -> tuple[Case, Correction]:
    """Lock and return a case that waits for the actor's correction, and its open notice. Raises Conflict if none is."""
    case = lock_case(case_id)
    own_application(case.application_id, actor)
    correction = case.corrections.filter(answered_at__isnull=True).first()
    if case.state != State.CORRECTION or correction is None:
        raise Conflict("这个办件现在不需要补正，请刷新页面查看最新进度。")
    return case, correction


def _missing(case: Case, correction: Correction) -> list[FieldError]:
    """Return the materials of the notice that were not uploaded since it was issued."""
    recent = case.application.attachments.filter(removed_at__isnull=True, added_at__gte=correction.issued_at)
    uploaded = set(recent.values_list("material", flat=True))
    return [
        FieldError(MATERIALS, w["material"], f"请补交“{w['name']}”：{w['sentence']}")
        for w in correction.wanted
        if w["material"] not in uploaded
    ]


@transaction.atomic
def withdraw(application_id: UUID, *, reason: str, actor: Actor, case_id: UUID | None = None) -> Application:
    """Withdraw all undecided cases, or the case `case_id` and those that wait for it.

    Raises Conflict if there is none, and as `rights.own_application`.
    """
    application = own_application(application_id, actor)
    now = clock.now()
    words = visible(reason) or "申请人撤回"
    cases = [
        case
        for case in application.cases.select_for_update().order_by("position")
        if State(case.state) in BEFORE_DECISION and (case_id is None or case.id == case_id)
    ]
    if application.state != Application.States.SUBMITTED or not cases:
        raise Conflict("没有可以撤回的办件：已经作出决定或已经结束的办件不能撤回。")
    for case in reversed(cases):  # followers first, so that each keeps the applicant's own reason
        case.refresh_from_db(fields=["state"])
        case.application = application
        if State(case.state) not in FINAL:
            progress.end(case, State.WITHDRAWN, events.CaseWithdrawn, actor=actor, at=now, reason=words)
    return application
