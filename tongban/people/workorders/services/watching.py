"""Every night: escalate overdue orders to the head of the department, close answered ones without objection."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce_many
from tongban.foundation.workdays import queries as workdays
from tongban.people.identity.actors import machine
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders import events
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.rules import ALLOWED_MOVES, SILENCE_DAYS, State

BATCH = 200
"""Orders moved in one transaction."""
_ESCALATE_FROM = sorted(state for state, moves in ALLOWED_MOVES.items() if State.ESCALATED in moves)


def escalate_overdue() -> int:
    """Escalate every order whose due day has passed, once per round; return how many. Safe to repeat."""
    return _in_batches(_escalate)


def close_silent() -> int:
    """Close orders that were answered SILENCE_DAYS working days ago without objection; return how many."""
    return _in_batches(_close)


def _in_batches(work: Callable[[], int]) -> int:
    total = 0
    while moved := work():
        total += moved
    return total


@transaction.atomic
def _escalate() -> int:
    now = clock.now()
    late = WorkOrder.objects.filter(
        state__in=_ESCALATE_FROM, escalated_at__isnull=True, due_on__lt=clock.legal_day(now)
    )
    orders = list(
        late.select_for_update(of=("self",), skip_locked=True).select_related("post").order_by("due_on", "id")[:BATCH]
    )
    heads = organisation.first_posts({order.post.department_id for order in orders}, PostKind.HEAD)
    by, announced = machine("workorders.escalate"), []
    for order in orders:
        before = order.post_id
        order.post_id = heads.get(order.post.department_id, before)
        order.state, order.escalated_at, order.taken_by = State.ESCALATED, now, None
        announced.append(events.OrderEscalated(order.id, number=order.number, from_post=before, to_post=order.post_id))
    WorkOrder.objects.bulk_update(orders, ["post", "state", "escalated_at", "taken_by"])
    announce_many(announced, actor=by, at=now, reason="超过办理期限，自动升级给部门负责人")
    return len(orders)


@transaction.atomic
def _close() -> int:
    now = clock.now()
    answered = WorkOrder.objects.filter(state=State.ANSWERED, answered_at__lt=_silent_since(now))
    orders = list(answered.select_for_update(skip_locked=True).order_by("answered_at", "id")[:BATCH])
    by = machine("workorders.close")
    for order in orders:
        order.state, order.ended_at = State.CLOSED, now
    WorkOrder.objects.bulk_update(orders, ["state", "ended_at"])
    announced = [events.OrderClosed(subject=order.id, number=order.number) for order in orders]
    announce_many(announced, actor=by, at=now, reason=f"答复后 {SILENCE_DAYS} 个工作日没有异议，自动办结")
    return len(orders)


def _silent_since(now: datetime) -> datetime:
    """Return the moment before which an answer must have been given for its order to be closed."""
    first = workdays.calendar().nth_workday_back(clock.legal_day(now), SILENCE_DAYS)
    return datetime(first.year, first.month, first.day, tzinfo=clock.CITY_TIME)
