"""The officer's to-do list, with its filters and counts, and the steps that the officer has done."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case as SqlCase
from django.db.models import Count, DateField, F, Q, QuerySet, Value, When

from tongban.foundation import clock, typed
from tongban.foundation.characters import visible
from tongban.foundation.ui.paging import ConvertedRows
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases.models import Step
from tongban.handling.cases.rules.deadlines import MAX_NEAR_DAYS, light
from tongban.handling.cases.rules.states import LABELS, State
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.scope import scope_of

PAGE = 20


@dataclass(frozen=True)
class Filters:
    """Filters of the to-do list: light, kind of step, item code, and `q`.

    `q` is the start of a case number, an application number, or a part of a name, as it was typed.

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
    due_before: date | None
    """The due day before a new table of holidays moved it."""
    provisional: bool
    """Whether the due day lies in a year whose holidays are not published yet."""
    for_colleague: bool = False
    """The actor gave another opinion of the same stage, so a colleague has to give this one."""


def to_do_list(actor: Actor, *, filters: Filters, page: int | str = 1, total: int | None = None) -> Page[ToDo]:
    """Return a page of the open steps of the actor's posts, the nearest deadline first.

    Pass as `total` how many there are, if it is known from `to_do_counts`; otherwise they are counted.
    """
    steps = _filtered(_open_steps(actor), filters)
    found = steps.count() if total is None else total
    rows = ConvertedRows(_in_order(steps), lambda rows: _to_dos(actor, rows), total=found)
    return Paginator(rows, PAGE).get_page(page)


def most_urgent(actor: Actor) -> list[ToDo]:
    """Return the first page of the to-do list without filters and without counting."""
    return _to_dos(actor, list(_in_order(_open_steps(actor))[:PAGE]))


def _in_order(steps: QuerySet[Step]) -> "QuerySet[Step, StepValues]":
    return steps.order_by(F("due_on").asc(nulls_last=True), "id").values_list(
        "id", "case__number", "case__name", "name", "kind", "case__application__applicant_id",
        "case__application__title", "round", "due_on", "case__promised_days", "case_id", "stage", "due_before",
    )  # fmt: skip


def _to_dos(actor: Actor, rows: "list[StepValues]") -> list[ToDo]:
    names = identity.display_names([row[5] for row in rows])
    calendar, today = workdays.calendar(), clock.legal_day(clock.now())
    given = _opinions_of(actor, [row[10] for row in rows if row[4] == StepKind.OPINION])
    return [
        ToDo(
            *row[:5], names.get(row[5], ""), *row[6:9], *light(calendar, today, row[8], row[9], running=True),
            due_before=row[12], provisional=bool(row[8] and calendar.is_provisional(row[8])),
            for_colleague=row[4] == StepKind.OPINION and (row[10], row[7], row[11]) in given,
        )
        for row in rows
    ]  # fmt: skip


StepValues = tuple[UUID, str, str, str, str, UUID, str, int, date | None, int, UUID, int, date | None]
"""The values of one open step, in the order in which `_in_order` reads them."""


def to_do_counts(actor: Actor, *, filters: Filters) -> dict[str, int]:
    """Count the to-dos in all (`all`) and under each light. The light chosen in `filters` is ignored."""
    steps = _filtered(_open_steps(actor), Filters(kind=filters.kind, item=filters.item, q=filters.q))
    return steps.aggregate(
        all=Count("id"),
        red=Count("id", filter=LIGHTS["red"](_today())),
        yellow=Count("id", filter=LIGHTS["yellow"](_today())),
        green=Count("id", filter=LIGHTS["green"](_today())),
    )


def items_to_do(actor: Actor) -> list[tuple[str, str]]:
    """Return (code, name) of the items that have open steps for the actor, at most 100, for the filter."""
    return list(
        _open_steps(actor).order_by("case__item_code").values_list("case__item_code", "case__name").distinct()[:100]
    )


def open_steps_by_post() -> list[tuple[UUID, str, int]]:
    """Return (department, kind of post, number of open steps) of all steps that wait for somebody. One query."""
    rows = Step.objects.filter(state=Step.States.OPEN).exclude(post="").order_by().values_list("department_id", "post")
    return list(rows.annotate(number=Count("id")))


def done_by(actor: Actor, *, page: int | str = 1) -> Page[dict[str, object]]:
    """Return a page of the steps that the officer has done, latest first."""
    steps = Step.objects.filter(done_by=actor.subject_id, state=Step.States.DONE).order_by("-done_at", "-id")
    columns = ("name", "outcome", "done_at", "case__number", "case__name", "case__state")

    def with_label(rows: list[tuple[object, ...]]) -> list[dict[str, object]]:
        shown: list[dict[str, object]] = [dict(zip(columns, row, strict=True)) for row in rows]
        return [row | {"case_state": LABELS[State(str(row["case__state"]))]} for row in shown]

    return Paginator(ConvertedRows(steps.values_list(*columns), with_label, total=steps.count()), PAGE).get_page(page)


def _open_steps(actor: Actor) -> QuerySet[Step]:
    mine = scope_of(actor).clause(department="department_id", post="post", division="case__division_code")
    return Step.objects.filter(mine, state=Step.States.OPEN)


def _opinions_of(actor: Actor, cases: list[UUID]) -> set[tuple[UUID, int, int]]:
    """Return (case id, round, stage) of the opinions that the actor has given in these cases."""
    given = Step.objects.filter(case__in=cases, kind=StepKind.OPINION, done_by=actor.subject_id)
    return set(given.values_list("case_id", "round", "stage"))


def _filtered(steps: QuerySet[Step], filters: Filters) -> QuerySet[Step]:
    if filters.light in LIGHTS:
        steps = steps.filter(LIGHTS[filters.light](_today()))
    if filters.kind:
        steps = steps.filter(kind=filters.kind)
    if filters.item:
        steps = steps.filter(case__item_code=filters.item)
    if number := typed.code(filters.q):
        named = Q(case__name__icontains="".join(visible(filters.q).split()))  # names have full-width brackets
        steps = steps.filter(Q(case__number__startswith=number) | Q(case__application__number=number) | named)
    return steps


def _today() -> date:
    return clock.legal_day(clock.now())


def _not_near(today: date) -> SqlCase:
    """Return, as SQL, the first due day that is still green for a case's promise: the rule of `deadlines.light`."""
    calendar = workdays.calendar()
    branches = [
        When(case__promised_days__gte=4 * days, then=Value(calendar.nth_workday(today, days + 1)))
        for days in range(MAX_NEAR_DAYS, 1, -1)
    ]
    return SqlCase(*branches, default=Value(calendar.nth_workday(today, 2)), output_field=DateField())


LIGHTS = {
    "red": lambda today: Q(due_on__lt=today),
    "yellow": lambda today: Q(due_on__gte=today, due_on__lt=_not_near(today)),
    "green": lambda today: Q(due_on__gte=_not_near(today)) | Q(due_on__isnull=True),
}
