"""ASK: an officer's orders, the orders that a person raised, and an order with everything that its reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from tongban.foundation import clock, typed
from tongban.foundation.announcements.actors import is_machine_name
from tongban.foundation.errors import NotFound
from tongban.foundation.workdays import queries as workdays
from tongban.people.identity import policy
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders import access
from tongban.people.workorders.kinds import UNKNOWN, Kind, SubjectLink, kind_of, kinds
from tongban.people.workorders.models import Note, WorkOrder
from tongban.people.workorders.policies import FOLLOW, LOOK_INTO
from tongban.people.workorders.rules import LABELS, RUNNING, Acts, State, is_number, light, near_days
from tongban.trust.ledger import queries as ledger

PAGE = 20
WORKING = {PostKind.WINDOW, PostKind.HANDLER, PostKind.HEAD}
"""The posts that handle orders; supervisors and administrators do not."""
GROUPS = {
    "running": Q(state__in=sorted(RUNNING)),
    "answered": Q(state=State.ANSWERED),
    "ended": Q(state__in=[State.CLOSED, State.WITHDRAWN]),
}


@dataclass(frozen=True)
class Filters:
    """The filters of a list: kind, state, light of the due day, beginning of the number."""

    kind: str = ""
    state: str = ""
    light: str = ""
    number: str = ""


@dataclass(frozen=True)
class OrderRow:
    """One row of a list."""

    number: str
    kind: str
    state: State
    label: str
    department: str
    post: str
    raised_by: str
    taken_by: str
    raised_at: datetime
    due_on: date
    due_before: date | None
    """The due day before a new table of holidays moved it."""
    provisional: bool
    """Whether the due day lies in a year whose holidays are not published yet."""
    light: tuple[str, str]
    """Colour and words of the deadline light."""
    about: SubjectLink | None


@dataclass(frozen=True)
class OrderFile:
    """One order as its reader may see it."""

    order: WorkOrder
    row: OrderRow
    kind: Kind
    outcome: str
    notes: list[Note]
    history: list[ledger.RecordedEntry]
    names: dict[str, str]
    """Masked names by subject id, for notes and history."""
    acts: Acts
    as_officer: bool


def for_officer(actor: Actor, *, filters: Filters, page: int | str = 1) -> Page[OrderRow]:
    """Return the orders of the actor's posts and of departments that they head, the first due first."""
    found = _filtered(WorkOrder.objects.filter(access.visible(actor)), filters)
    if not filters.state:
        found = found.filter(GROUPS["running"])
    return _page(found.order_by("due_on", "id"), page)


def counts_for_officer(actor: Actor, *, filters: Filters) -> dict[str, int]:
    """Return the numbers of running orders: all, and by light. The filter applies except for its light and state."""
    kept = Filters(kind=filters.kind, number=filters.number)
    found = _filtered(WorkOrder.objects.filter(access.visible(actor), GROUPS["running"]), kept)
    return found.aggregate(all=Count("id"), **{key: Count("id", filter=clause) for key, clause in _lights().items()})


def for_citizen(subject_id: UUID, *, group: str = "", page: int | str = 1) -> Page[OrderRow]:
    """Return the orders raised in the subject's name, the latest first."""
    found = WorkOrder.objects.filter(raised_for_id=subject_id)
    return _page(found.filter(GROUPS.get(group, Q())).order_by("-raised_at", "-id"), page)


def counts_for_citizen(subject_id: UUID) -> dict[str, int]:
    """Return the numbers of orders: all, and by group."""
    found = WorkOrder.objects.filter(raised_for_id=subject_id)
    return found.aggregate(all=Count("id"), **{key: Count("id", filter=clause) for key, clause in GROUPS.items()})


def order_for_officer(number: str, actor: Actor) -> OrderFile:
    """Return one order with everything, for officers who are responsible. Raises as `policy.check` does."""
    order = _order(number)
    policy.check(LOOK_INTO, actor, at=clock.now(), purpose=None, **access.policy_facts(order))
    return _file(order, actor, as_officer=True)


def order_for_citizen(number: str, actor: Actor) -> OrderFile:
    """Return an order that the person raised, without internal notes and officers' names.

    Raises NotFound for anybody else's.
    """
    order = _order(number)
    if not access.is_allowed(FOLLOW, order, actor):
        raise NotFound("没有找到这张工单，请从“我的工单”里打开。")
    return _file(order, actor, as_officer=False)


@dataclass(frozen=True)
class Standing:
    """How far an order is."""

    id: UUID
    number: str
    label: str
    outcome: str
    running: bool
    ended: bool
    """Whether nothing more can happen: the order is closed or withdrawn. An answered order can still be sent back."""


def standing_of(about: Iterable[UUID]) -> dict[UUID, Standing]:
    """Return how far the newest order about each subject is, by the subject's id. One query."""
    orders = WorkOrder.objects.filter(about__in=list(about)).order_by("raised_at")
    return {order.about: _standing(order) for order in orders if order.about}


def _standing(order: WorkOrder) -> Standing:
    state = State(order.state)
    return Standing(
        order.id,
        order.number,
        LABELS[state],
        order.outcome,
        running=state in RUNNING,
        ended=state in {State.CLOSED, State.WITHDRAWN},
    )


def open_kinds() -> list[Kind]:
    """Return the kinds that everybody may raise on the page."""
    return [kind for kind in kinds if kind.open_to_all]


def all_kinds() -> list[tuple[str, str]]:
    """Return (key, name) of every kind, for filters."""
    return [(kind.key, kind.name) for kind in kinds]


def posts_by_department() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every department with the posts to which orders may be transferred, as (id, name). Two queries."""
    departments = organisation.departments().prefetch_related("posts")
    return [
        (one.name, [(str(post.id), post.name) for post in one.posts.all() if post.kind in WORKING])
        for one in departments
    ]


def _order(number: str) -> WorkOrder:
    known = WorkOrder.objects.select_related("post__department").filter(number=number)
    order = known.first() if is_number(number) else None
    if order is None:
        raise NotFound("没有找到这个编号的工单，请核对后再查。")
    return order


def _filtered(found: QuerySet[WorkOrder], filters: Filters) -> QuerySet[WorkOrder]:
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.light in _lights():
        found = found.filter(_lights()[filters.light])
    if filters.number:
        found = found.filter(number__startswith=typed.code(filters.number))
    return found


def _lights() -> dict[str, Q]:
    """Return the lights of `rules.light` as conditions. What is near depends on the kind."""
    today, calendar = clock.legal_day(clock.now()), workdays.calendar()
    near = ~Q(kind__in=kinds.names()) & Q(due_on__lte=calendar.nth_workday(today, near_days(UNKNOWN.days)))
    for kind in kinds:
        near |= Q(kind=kind.key, due_on__lte=calendar.nth_workday(today, near_days(kind.days)))
    late = Q(due_on__lt=today)
    return {"red": late, "yellow": ~late & near, "green": ~late & ~near}


def _page(found: QuerySet[WorkOrder], page: int | str) -> Page[OrderRow]:
    shown = Paginator(found.select_related("post__department").defer("text", "answer"), PAGE).get_page(page)
    rows = _rows(list(shown.object_list))
    return Page(rows, shown.number, cast("Paginator[OrderRow]", shown.paginator))


def _rows(orders: list[WorkOrder]) -> list[OrderRow]:
    names = identity.display_names([i for order in orders for i in (order.raised_for_id, order.taken_by_id)])
    subjects = _subjects(orders)
    calendar, today = workdays.calendar(), clock.legal_day(clock.now())
    return [
        OrderRow(
            number=order.number,
            kind=kind_of(order.kind).name,
            state=State(order.state),
            label=LABELS[State(order.state)],
            department=order.post.department.short_name,
            post=order.post.name,
            raised_by=names.get(order.raised_for_id, "") if order.raised_for_id else "系统",
            taken_by=names.get(order.taken_by_id, "") if order.taken_by_id else "",
            raised_at=order.raised_at,
            due_on=order.due_on,
            due_before=order.due_before,
            provisional=calendar.is_provisional(order.due_on),
            light=light(calendar, today, order.due_on, kind_of(order.kind).days, running=order.state in RUNNING),
            about=subjects.get(order.about) if order.about else None,
        )
        for order in orders
    ]


def _subjects(orders: Iterable[WorkOrder]) -> dict[UUID, SubjectLink]:
    by_kind: dict[str, set[UUID]] = {}
    for order in orders:
        if order.about:
            by_kind.setdefault(order.kind, set()).add(order.about)
    found: dict[UUID, SubjectLink] = {}
    for key, ids in by_kind.items():
        found |= kind_of(key).resolve(ids)
    return found


def _file(order: WorkOrder, actor: Actor, *, as_officer: bool) -> OrderFile:
    kind = kind_of(order.kind)
    notes = order.notes.order_by("at", "id")
    shown = list(notes if as_officer else notes.filter(internal=False))
    history = ledger.entries_of(order.id)
    if not as_officer:
        history = [entry for entry in history if not entry.payload.get("internal")]
    ids = {note.by_id for note in shown} | {UUID(e.actor) for e in history if not is_machine_name(e.actor)}
    if not as_officer:  # the person who raised it sees departments, not officers
        ids &= {order.raised_by_id, order.raised_for_id}
    names = {str(key): name for key, name in identity.display_names(ids).items()}
    return OrderFile(
        order=order,
        row=_rows([order])[0],
        kind=kind,
        outcome=kind.label_of_outcome(order.outcome),
        notes=shown,
        history=history,
        names=names,
        acts=access.acts_of(order, actor),
        as_officer=as_officer,
    )
