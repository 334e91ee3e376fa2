"""The officer's to-do list, the file of a case, and the steps that the officer has done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case as SqlCase
from django.db.models import Count, DateField, F, Q, QuerySet, Value, When

from tongban.exchange.licences import queries as licences
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.ui.paging import ConvertedRows
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases.models import Case, CaseMaterial, Correction, Step
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.policies import (
    ACT,
    DECIDE,
    LOOK_INTO,
    UNMASK,
    CaseTarget,
    StepTarget,
    UnmaskTarget,
    target_of,
)
from tongban.handling.cases.queries.citizen import CaseRow, row_of, with_open_parts
from tongban.handling.cases.queries.drafts import KnownFact, known_facts
from tongban.handling.cases.queries.unmasking import unmask_target
from tongban.handling.cases.rules.deadlines import NEAR_AT_MOST, light
from tongban.handling.cases.rules.graph import holds
from tongban.handling.cases.rules.materials import Way
from tongban.handling.cases.rules.numbers import is_case_number
from tongban.handling.cases.rules.states import LABELS, State
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import FormField
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import policy
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.scope import scope_of
from tongban.trust.crypto.masking import Kind, kind_of, mask
from tongban.trust.files import queries as files
from tongban.trust.ledger import queries as ledger

if TYPE_CHECKING:
    from tongban.exchange.licences.queries import LicenceFacts
    from tongban.trust.ledger.models import Entry

PAGE = 20
KINDS_OF_FIELDS: dict[str, Kind] = {
    "phone": "phone",
    "bank_account": "account",
    "address": "address",
    "given_name": "name",
    "resident_number": "number",
    "vin": "number",
    "plate": "plate",
    "credit_code": "code",
}
"""Kind of form field -> how its value is masked. Fields of other kinds are masked by their label."""


@dataclass(frozen=True)
class Filters:
    """Filters of the to-do list: light, kind of step, item code, and `q` (start of a case number, or part of a name).

    An empty value does not filter.
    """

    light: str = ""
    kind: str = ""
    item: str = ""
    q: str = ""


@dataclass(frozen=True)
class ToDo:
    """One line of the to-do list."""

    step_id: UUID
    case_number: str
    item_name: str
    step_name: str
    kind: str
    applicant: str
    title: str
    round: int
    due: date | None
    light: str
    light_words: str
    for_colleague: bool = False
    """The actor gave another opinion of the same stage, so a colleague has to give this one."""


def to_do_list(actor: Actor, *, filters: Filters, page: int | str = 1) -> Page[ToDo]:
    """Return a page of the open steps of the actor's posts, the nearest deadline first."""
    steps = _filtered(_open_steps(actor), filters).order_by(F("due_on").asc(nulls_last=True), "id")
    values = steps.values_list(
        "id", "case__number", "case__name", "name", "kind", "case__application__applicant_id",
        "case__application__title", "round", "due_on", "case__promised_days", "case_id", "stage",
    )  # fmt: skip

    def to_dos(rows: list[StepValues]) -> list[ToDo]:
        names = identity.display_names([row[5] for row in rows])
        calendar, today = workdays.calendar(), clock.legal_day(clock.now())
        given = _opinions_of(actor, [row[10] for row in rows if row[4] == StepKind.OPINION])
        return [
            ToDo(
                *row[:5], names.get(row[5], ""), *row[6:9], *light(calendar, today, row[8], row[9], running=True),
                for_colleague=row[4] == StepKind.OPINION and (row[10], row[7], row[11]) in given,
            )
            for row in rows
        ]  # fmt: skip

    return Paginator(ConvertedRows(values, to_dos, total=steps.count()), PAGE).get_page(page)


StepValues = tuple[UUID, str, str, str, str, UUID, str, int, date | None, int, UUID, int]
"""The values of one open step, in the order in which `to_do_list` reads them."""


def to_do_counts(actor: Actor, *, filters: Filters) -> dict[str, int]:
    """Count the to-dos in all (`all`) and under each light. The light chosen in `filters` is ignored."""
    steps = _filtered(_open_steps(actor), Filters(kind=filters.kind, item=filters.item, q=filters.q))
    return steps.aggregate(
        all=Count("id"),
        red=Count("id", filter=_LIGHTS["red"](_today())),
        yellow=Count("id", filter=_LIGHTS["yellow"](_today())),
        green=Count("id", filter=_LIGHTS["green"](_today())),
    )


def items_to_do(actor: Actor) -> list[tuple[str, str]]:
    """Return (code, name) of the items that have open steps for the actor, at most 100, for the filter."""
    return list(
        _open_steps(actor).order_by("case__item_code").values_list("case__item_code", "case__name").distinct()[:100]
    )


def done_by(actor: Actor, *, page: int | str = 1) -> Page[dict[str, object]]:
    """Return a page of the steps that the officer has done, latest first."""
    steps = Step.objects.filter(done_by=actor.subject_id, state=Step.States.DONE).order_by("-done_at", "-id")
    columns = ("name", "outcome", "done_at", "case__number", "case__name", "case__state")

    def with_label(rows: list[tuple[object, ...]]) -> list[dict[str, object]]:
        shown: list[dict[str, object]] = [dict(zip(columns, row, strict=True)) for row in rows]
        return [row | {"case_state": LABELS[State(str(row["case__state"]))]} for row in shown]

    return Paginator(ConvertedRows(steps.values_list(*columns), with_label, total=steps.count()), PAGE).get_page(page)


@dataclass
class CaseFile:
    """A case as officers see it: personal data is masked."""

    case: Case
    row: CaseRow
    applicant: str
    facts: list[KnownFact]
    answers: list[tuple[str, str]]
    materials: list[CaseMaterial]
    steps: list[Step]
    siblings: list[CaseRow]
    corrections: list[Correction]
    results: list["LicenceFacts"]
    history: list["Entry"]
    actionable: list[Step]
    """Open steps that the actor may do now."""
    for_colleagues: list[tuple[Step, str]]
    """Open steps of the actor's post that a colleague must do, each with the reason."""
    file_names: dict[UUID, str]


def case_file(number: str, actor: Actor) -> CaseFile:
    """Return the file of a case, for officers of the departments that handle it.

    Raises NotFound, or Refused by the policy `cases.look-into`.
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
    policy.check(LOOK_INTO, actor, at=now, departments=departments, division=case.division_code)
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
    uploads = [UUID(m.evidence) for m in materials if m.way == Way.UPLOAD and m.evidence]
    answers = case.application.answers
    return CaseFile(
        case=case,
        row=rows[case.id],
        applicant=identity.display_names([case.application.applicant_id]).get(case.application.applicant_id, ""),
        facts=known_facts(plan, wanted, to_officer=True),
        answers=[
            (field.label, _shown(field, answers.get(field.key, ""), case.application.facts))
            for field in item.form
            if holds(field.when, answers) and answers.get(field.key)
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


def officer_for(step: Step) -> Actor:
    """Return an officer who may do an open step now, for journeys and the demo city. Raises NotFound."""
    target, now = target_of(step, step.case.steps.all()), clock.now()
    action = DECIDE if step.kind == StepKind.DECIDE else ACT
    for subject_id in identity.officers_at(step.department_id, step.post):
        officer = identity.actor_of_subject(subject_id)
        if policy.can(action, officer, at=now, **target):
            return officer
    raise NotFound("这个部门的这一岗位现在没有人可以办理这一步，请先任命工作人员。")


def _shown(field: FormField, value: str, facts: Mapping[str, str]) -> str:
    """Return an answer as an officer sees it, masked by the kind or label of its field."""
    if field.kind == "choice":
        labels = catalog.fact_labels()
        masked = {key: labels[key].shown(known) if key in labels else known for key, known in facts.items()}
        return fill(dict(field.choices).get(value, value), masked)
    kind = KINDS_OF_FIELDS.get(field.kind) or kind_of(field.label)
    return mask(kind, value, minor=field.kind == "given_name") if kind else value


def fill(label: str, facts: Mapping[str, str]) -> str:
    """Replace `{fact}` in the label of a choice by the fact's value. Unknown facts keep their braces."""
    for key, value in facts.items():
        label = label.replace("{" + key + "}", value)
    return label


def _open_steps(actor: Actor) -> QuerySet[Step]:
    mine = scope_of(actor).clause(department="department_id", post="post", division="case__division_code")
    return Step.objects.filter(mine, state=Step.States.OPEN)


def _opinions_of(actor: Actor, cases: list[UUID]) -> set[tuple[UUID, int, int]]:
    """Return (case id, round, stage) of the opinions that the actor has given in these cases."""
    given = Step.objects.filter(case__in=cases, kind=StepKind.OPINION, done_by=actor.subject_id)
    return set(given.values_list("case_id", "round", "stage"))


def _filtered(steps: QuerySet[Step], filters: Filters) -> QuerySet[Step]:
    if filters.light in _LIGHTS:
        steps = steps.filter(_LIGHTS[filters.light](_today()))
    if filters.kind:
        steps = steps.filter(kind=filters.kind)
    if filters.item:
        steps = steps.filter(case__item_code=filters.item)
    if filters.q:
        steps = steps.filter(Q(case__number__startswith=filters.q) | Q(case__name__icontains=filters.q))
    return steps


def _today() -> date:
    return clock.legal_day(clock.now())


def _not_near(today: date) -> SqlCase:
    """Return, as SQL, the first due day that is still green for a case's promise: the rule of `deadlines.light`."""
    calendar = workdays.calendar()
    branches = [
        When(case__promised_days__gte=4 * days, then=Value(calendar.nth_workday(today, days + 1)))
        for days in range(NEAR_AT_MOST, 1, -1)
    ]
    return SqlCase(*branches, default=Value(calendar.nth_workday(today, 2)), output_field=DateField())


_LIGHTS = {
    "red": lambda today: Q(due_on__lt=today),
    "yellow": lambda today: Q(due_on__gte=today, due_on__lt=_not_near(today)),
    "green": lambda today: Q(due_on__gte=_not_near(today)) | Q(due_on__isnull=True),
}
