"""The file of a case as officers see it, and who may do what in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from tongban.exchange.licences import queries as licences
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.handling.cases.models import Case, Correction, Step
from tongban.handling.cases.plan import Plan, party
from tongban.handling.cases.policies import (
    ACT,
    DECIDE,
    LOOK_INTO,
    UNMASK,
    CaseTarget,
    StepTarget,
    UnmaskTarget,
)
from tongban.handling.cases.queries.drafts import KnownFact, known_facts
from tongban.handling.cases.queries.shown_facts import shown_values
from tongban.handling.cases.queries.timeline import CaseRow, row_of, with_open_parts
from tongban.handling.cases.queries.unmasking import unmask_target
from tongban.handling.cases.rules.graph import holds
from tongban.handling.cases.rules.materials import Way
from tongban.handling.cases.rules.numbers import is_case_number
from tongban.handling.cases.targets import target_of
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import FormField
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import policy
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.trust.crypto.masking import Kind, kind_of, mask
from tongban.trust.files import queries as files
from tongban.trust.ledger import queries as ledger

KINDS_OF_FIELDS: dict[str, Kind] = {
    "phone": "phone",
    "bank_account": "account",
    "address": "address",
    "given_name": "name",
    "name": "name",
    "resident_number": "number",
    "vin": "number",
    "plate": "plate",
    "credit_code": "code",
}
"""Kind of form field -> how its value is masked. Fields of other kinds are masked by their label."""


class StepOfFile(Protocol):
    """What a case file tells about a step. The columns are explained at `models.Step`."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def done_by(self) -> UUID | None: ...


class MaterialOfFile(Protocol):
    """What a case file tells about a material. The columns are explained at `models.CaseMaterial`."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def way(self) -> str: ...
    @property
    def met(self) -> bool: ...
    @property
    def necessary(self) -> bool: ...
    @property
    def source(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def evidence(self) -> str: ...


@dataclass
class CaseFile:
    """A case as officers see it: personal data is masked."""

    case: Case
    row: CaseRow
    applicant: str
    facts: list[KnownFact]
    answers: list[tuple[str, str]]
    materials: Sequence[MaterialOfFile]
    steps: Sequence[Step]
    siblings: list[CaseRow]
    corrections: list[Correction]
    results: list[licences.LicenceFacts]
    history: list[ledger.RecordedEntry]
    actionable: Sequence[StepOfFile]
    """Open steps that the actor may do now."""
    for_colleagues: Sequence[tuple[StepOfFile, str]]
    """Open steps of the actor's post that a colleague must do, each with the reason."""
    file_names: dict[UUID, str]
    will_issue: list["Planned"]
    """What a grant issues."""

    @property
    def current_steps(self) -> list[Step]:
        """The steps of the present round that are done, open or still to come."""
        return [one for one in self.steps if one.round == self.case.round and one.state != Step.States.CANCELLED]

    @property
    def past_steps(self) -> list[Step]:
        """The steps of earlier rounds, and those that were cancelled."""
        current = {one.id for one in self.current_steps}
        return [one for one in self.steps if one.id not in current]

    @property
    def written_before(self) -> list[Step]:
        """The opinions of the present round, and what was written when the case was accepted."""
        done = [one for one in self.current_steps if one.state == Step.States.DONE]
        return [one for one in done if one.kind == StepKind.OPINION or (one.kind == StepKind.ACCEPT and one.opinion)]

    @property
    def remaining(self) -> list[str]:
        """The names of the steps that follow a grant."""
        return [one.name for one in self.current_steps if one.kind in {StepKind.MAKE, StepKind.DELIVER}]


class Planned(NamedTuple):
    """A result that a grant issues."""

    name: str
    is_licence: bool
    holder: str
    """The masked name of the person who will hold it."""


RECENTLY = timedelta(days=1)


def is_own_task(file: CaseFile, actor: Actor, *, at: datetime) -> bool:
    """Return whether the case is a task of the officer: one of their posts has a step of it to do.

    It still is while the case runs, for whoever did a step themselves, and for a day after a step of their post was
    done.
    """

    def mine(step: Step) -> bool:
        if step.state == Step.States.OPEN:
            return actor.holds(step.department_id, step.post)
        if step.done_at is None:
            return False
        own = step.done_by is not None and step.done_by == actor.subject_id
        recently = at - step.done_at <= RECENTLY and actor.holds(step.department_id, step.post)
        return recently or (own and file.case.closed_at is None)

    return any(mine(step) for step in file.steps)


def case_file(number: str, actor: Actor) -> CaseFile:
    """Return the file of a case, for officers of the departments that handle it.

    Raises NotFound, or PolicyRefused by the policy `cases.look-into`.
    """
    known = Case.objects.select_related("application", "department").filter(number=number)
    case = known.first() if is_case_number(number) else None
    if case is None:
        raise NotFound("没有找到这个编号的办件，请核对后再查。")
    steps = list(case.steps.select_related("department").order_by("round", "stage", "id"))
    for step in steps:
        step.case = case
    now = clock.now()
    departments = {case.department_id, *(step.department_id for step in steps)}
    policy.check(LOOK_INTO, actor, at=now, **CaseTarget(departments=departments, division=case.division_code))
    rows = {member.id: row_of(member, parts, []) for member, parts in with_open_parts(case.application)}
    plan = Plan(case.application)
    item = catalog.item(case.item_code, case.item_version)
    wanted = tuple(key for page in plan.bundle.pages for key in page.facts)
    materials = list(case.materials.all())
    asked = [
        (step, policy.decide(ACT, actor, at=now, **target_of(step, steps)))
        for step in steps
        if step.state == Step.States.OPEN
    ]
    holders = [party(case.application.facts, one.of) or case.application.applicant_id for one in item.results]
    names = identity.display_names([case.application.applicant_id, *holders])
    uploads = [UUID(m.evidence) for m in materials if m.way == Way.UPLOAD and m.evidence]
    answers = case.application.answers
    about = [(q.text, dict(q.choices).get(answers.get(q.key, ""), "")) for q in plan.asked_about(item)]
    return CaseFile(
        case=case,
        row=rows[case.id],
        applicant=names.get(case.application.applicant_id, ""),
        facts=known_facts(plan, wanted, to_officer=True),
        answers=[
            *((text, label) for text, label in about if label),
            *(
                (field.label, _shown(field, answers.get(field.key, ""), case.application.facts))
                for field in item.form
                if holds(field.when, answers) and answers.get(field.key)
            ),
        ],
        materials=materials,
        steps=steps,
        siblings=[row for key, row in rows.items() if key != case.id],
        corrections=list(case.corrections.order_by("round")),
        results=list(licences.licences_of_case([case.number])),
        history=ledger.entries_of([case.id]),
        actionable=[step for step, decision in asked if decision.allowed],
        for_colleagues=[
            (step, decision.refusal)
            for step, decision in asked
            if not decision.allowed and actor.holds(step.department_id, step.post)
        ],
        file_names=files.names_of(uploads),
        will_issue=[
            Planned(result.name, result.kind == "licence", names.get(holder, ""))
            for result, holder in zip(item.results, holders, strict=True)
        ],
    )


def policy_questions(number: str) -> list[tuple[str, str, CaseTarget | StepTarget | UnmaskTarget]]:
    """Return (words, action, target) of every policy question about a case, to explain who may do what in it.

    Raises NotFound.
    """
    case = Case.objects.select_related("application").filter(number=number).first()
    if case is None:
        raise NotFound("没有找到这个编号的办件，请核对后再查。")
    steps = list(case.steps.order_by("round", "stage", "id"))
    departments = {case.department_id, *(step.department_id for step in steps)}
    asked: list[tuple[str, str, CaseTarget | StepTarget | UnmaskTarget]] = [
        ("查看办件", LOOK_INTO, CaseTarget(departments=departments, division=case.division_code)),
        ("查看完整信息", UNMASK, unmask_target(case)),
    ]
    for step in steps:
        step.case = case
        if step.post:
            asked.append(
                (f"办理“{step.name}”", DECIDE if step.kind == StepKind.DECIDE else ACT, target_of(step, steps))
            )
    return asked


def _shown(field: FormField, value: str, facts: Mapping[str, str]) -> str:
    """Return an answer as an officer sees it, masked by the kind or label of its field."""
    if field.kind == "choice":
        return fill(dict(field.choices).get(value, value), shown_values(facts))
    kind = KINDS_OF_FIELDS.get(field.kind) or kind_of(field.label)
    return mask(kind, value, minor=field.kind == "given_name") if kind else value


def fill(label: str, facts: Mapping[str, str]) -> str:
    """Replace `{fact}` in the label of a choice by the fact's value. Unknown facts keep their braces."""
    for key, value in facts.items():
        label = label.replace("{" + key + "}", value)
    return label
