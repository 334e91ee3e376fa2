"""The due day of an order follows a new table of working days."""

from datetime import date, timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays import services as calendar
from tongban.foundation.workdays.tables import YearTable
from tongban.people.workorders import services
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.services import recounting
from tongban.trust.ledger import queries as ledger


@pytest.fixture(autouse=True)
def _as_before():
    yield
    workdays.forget()


def off(free):
    """Publish a table in which a day becomes one of rest."""
    days = [date(free.year, 1, 1) + timedelta(days=n) for n in range(365)]
    known = {day: workdays.calendar().is_workday(day) for day in days}
    table = YearTable(
        free.year,
        rest={day: "" for day, works in known.items() if day.weekday() < 5 and (not works or day == free)},
        work={day: "" for day, works in known.items() if day.weekday() > 4 and works},
    )
    calendar.publish(table, actor=None, reason="")


def test_an_open_order_gets_its_new_day_and_an_entry_says_so(town):
    order = town.raised()
    year, before = order.due_on.year, order.due_on
    off(before)
    assert services.recount_due_days(year, notice="国办发明电〔2027〕9号") == 1
    assert services.recount_due_days(year) == 0
    order.refresh_from_db()
    assert order.due_on == workdays.calendar().nth_workday(before, 1)
    assert order.due_before == before
    entry = ledger.entries_of(order.id)[-1]
    assert entry.type == "workorders.OrderRecounted"
    assert entry.reason == f"国办发明电〔2027〕9号公布后，答复期限由 {before} 改为 {order.due_on}"
    assert entry.at.date() <= clock.now().date()


def test_an_ended_order_keeps_its_day(town):
    order = town.raised()
    services.withdraw(order.id, actor=town.mother)
    assert services.recount_due_days(order.due_on.year) == 0


def test_orders_are_recounted_in_batches_and_a_batch_that_fails_does_not_undo_the_others(town, monkeypatch):
    orders = sorted((town.raised() for _ in range(5)), key=lambda order: order.id)
    before, year = orders[0].due_on, orders[0].due_on.year
    off(before)
    announced, record = [], recounting.announce_many

    def fails_once(given, **more):
        announced.append(len(given))
        if len(announced) == 2:
            raise ZeroDivisionError
        return record(given, **more)

    monkeypatch.setattr(recounting, "BATCH", 2)
    monkeypatch.setattr(recounting, "announce_many", fails_once)
    with pytest.raises(ZeroDivisionError):
        services.recount_due_days(year)
    assert announced == [2, 2, 1], "orders that move alike are announced together"
    days = [WorkOrder.objects.get(id=order.id).due_on for order in orders]
    assert [day == before for day in days] == [False, False, True, True, False]
    assert services.recount_due_days(year) == 2, "the job is retried"
