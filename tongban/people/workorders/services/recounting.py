"""Count the due days of open orders again after the working days of a year have changed."""

import logging
from collections import defaultdict
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce_many
from tongban.foundation.workdays import queries as workdays
from tongban.people.identity.actors import machine
from tongban.people.workorders import events
from tongban.people.workorders.kinds import kind_of
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.rules import RUNNING
from tongban.people.workorders.services.watching import BATCH

log = logging.getLogger("tongban.workorders")


def recount_due_days(year: int, *, notice: str = "") -> int:
    """Count the due days from 1 January of a year on again; return how many changed. Safe to repeat.

    `notice` names the official notice. A batch that fails is logged and does not stop the others. The first failure is
    raised at the end, so that the job is retried.
    """
    workdays.forget()  # another process may have loaded the table within the last second
    running = WorkOrder.objects.filter(state__in=sorted(RUNNING), due_on__gte=date(year, 1, 1))
    concerned = list(running.order_by("id").values_list("id", flat=True))
    changed, failures = 0, []
    for start in range(0, len(concerned), BATCH):
        try:
            changed += _recount(concerned[start : start + BATCH], notice)
        except Exception as failure:
            log.exception("a batch of orders could not be recounted")
            failures.append(failure)
    if failures:
        raise failures[0]
    return changed


@transaction.atomic
def _recount(ids: list[UUID], notice: str) -> int:
    calendar, now = workdays.calendar(), clock.now()
    orders = WorkOrder.objects.select_for_update(of=("self",)).filter(id__in=ids, state__in=sorted(RUNNING))
    moved: defaultdict[tuple[date, date], list[WorkOrder]] = defaultdict(list)
    for order in orders.order_by("id"):
        began = clock.legal_day(order.reopened_at or order.raised_at)
        due = calendar.nth_workday(began, kind_of(order.kind).days)
        if due != order.due_on:
            moved[order.due_on, due].append(order)
            order.due_before, order.due_on = order.due_on, due
    WorkOrder.objects.bulk_update([order for group in moved.values() for order in group], ["due_on", "due_before"])
    for (before, after), group in moved.items():
        announce_many(
            [events.OrderRecounted(subject=order.id, number=order.number) for order in group],
            actor=machine("workorders.recount"),
            at=now,
            reason=f"{notice or '新的放假安排'}公布后，答复期限由 {before.isoformat()} 改为 {after.isoformat()}",
        )
    return sum(map(len, moved.values()))
