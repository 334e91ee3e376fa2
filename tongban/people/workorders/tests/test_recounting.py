"""The due day of an order follows a new table of working days."""

from datetime import date, timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays import services as calendar
from tongban.foundation.workdays.tables import YearTable
from tongban.people.workorders import services
from tongban.trust.ledger import queries as ledger


@pytest.fixture(autouse=True)
def _as_before():
    yield
    workdays.forget()


def test_an_open_order_gets_its_new_day_and_an_entry_says_so(town):
    order = town.raised()
    year, before = order.due_on.year, order.due_on
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    known = {day: workdays.calendar().is_workday(day) for day in days}
    table = YearTable(
        year,
        rest={day: "" for day, works in known.items() if day.weekday() < 5 and (not works or day == before)},
        work={day: "" for day, works in known.items() if day.weekday() > 4 and works},
    )
    calendar.publish(table, actor=None, reason="")
    assert services.recount_due_days(year, notice="国办发明电〔2027〕9号") == 1
    assert services.recount_due_days(year) == 0
    order.refresh_from_db()
    assert order.due_on == workdays.calendar().nth_workday(before, 1)
    entry = ledger.entries_of(order.id)[-1]
    assert entry.type == "workorders.OrderRecounted"
    assert entry.reason == f"国办发明电〔2027〕9号公布后，答复期限由 {before} 改为 {order.due_on}"
    assert entry.at.date() <= clock.now().date()


def test_an_ended_order_keeps_its_day(town):
    order = town.raised()
    services.withdraw(order.id, actor=town.mother)
    assert services.recount_due_days(order.due_on.year) == 0
