"""The past year of the demo city: single items and newborn bundles, created through services."""

from collections.abc import Callable

from django.db import connection, transaction

from tongban.demo.city.history import write_history
from tongban.demo.city.history_newborn import write_newborn_history
from tongban.handling.cases.models import Case, Step


@transaction.atomic
def write_past(wanted: int, say: Callable[[str], None] = lambda line: None) -> int:
    """Add cases until there are `wanted`, more than half of them in bundles. Return how many were added.

    All in one transaction, because a concurrent worker must not process the machine's steps with today's date.
    """
    before = Case.objects.count()
    missing = wanted - before
    if missing <= 0:
        return 0
    say(f"单个事项：{write_history(missing * 9 // 20, say)} 件")
    say(f"出生一件事：{write_newborn_history(wanted - Case.objects.count())} 件")
    _leave_no_jobs()
    return Case.objects.count() - before


def _leave_no_jobs() -> None:
    """Delete queued jobs whose machine steps are already done."""
    waiting = Step.objects.filter(kind="machine", state=Step.States.OPEN).values_list("case_id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name = 'cases.decide_by_machine'"
            " AND NOT args->>'case_id' = ANY(%s)",
            [[str(case_id) for case_id in waiting]],
        )
