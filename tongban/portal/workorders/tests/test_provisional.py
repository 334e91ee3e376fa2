"""A due day in a year whose holidays are not published yet is provisional, wherever an order shows it."""

from datetime import date

import pytest

from tongban.people.identity.testing import signed_in
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.tests.conftest import POLICE


@pytest.mark.parametrize(("due", "marked"), [(date(2026, 12, 15), False), (date(2031, 3, 3), True)])
def test_lists_and_pages_of_an_order_mark_a_provisional_day(town, due, marked):
    order = town.raised()
    WorkOrder.objects.filter(id=order.id).update(due_on=due)
    mother, officer = signed_in(town.mother.subject_id), signed_in(town.people[POLICE, "handler"])
    pages = {
        "own list": mother.get("/my/work-orders/"),
        "own order": mother.get(f"/my/work-orders/{order.number}/"),
        "desk list": officer.get("/desk/work-orders/"),
        "desk order": officer.get(f"/desk/work-orders/{order.number}/"),
    }
    for name, page in pages.items():
        text = page.content.decode()
        assert f"{due.month} 月 {due.day} 日" in text, name
        assert ("日（暂定）" in text) is marked, name
