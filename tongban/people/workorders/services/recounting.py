"""Count the due days of open orders again after the working days of a year have changed."""

from datetime import date

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce_many
from tongban.foundation.workdays import queries as workdays
from tongban.people.identity.actors import machine
from tongban.people.workorders import events
from tongban.people.workorders.kinds import kind_of
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.rules import RUNNING


@transaction.atomic
def recount_due_days(year: int, *, notice: str = "") -> int:
    """Count the due days from 1 January of a year on again; return how many changed. Safe to repeat.

    `notice` names the official notice.
    """
    workdays.forget()  # another process may have loaded the table within the last second
    calendar, now = workdays.calendar(), clock.now()
    running = WorkOrder.objects.filter(state__in=sorted(RUNNING), due_on__gte=date(year, 1, 1))
    changed, announced = [], []
    for order in running.select_for_update(of=("self",)).order_by("due_on", "id"):
        began = clock.legal_day(order.reopened_at or order.raised_at)
        due = calendar.nth_workday(began, kind_of(order.kind).days)
        if due != order.due_on:
            changed.append((order, f"由 {order.due_on.isoformat()} 改为 {due.isoformat()}"))
            order.due_on = due
    WorkOrder.objects.bulk_update([order for order, _ in changed], ["due_on"])
    for order, words in changed:
        announced += announce_many(
            [events.OrderRecounted(subject=order.id, number=order.number)],
            actor=machine("workorders.recount"),
            at=now,
            reason=f"{notice or '新的放假安排'}公布后，答复期限{words}",
        )
    return len(announced)
