"""The one way in which a case moves: locked, allowed by the table, recorded as an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.handling.cases import events
from tongban.handling.cases.models import Case
from tongban.handling.cases.rules import numbers
from tongban.handling.cases.rules.states import FINAL, State, check_can_move
from tongban.people.identity.actors import Actor


def move(
    case: Case,
    to: State,
    event: type[events.CaseEvent],
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    **details: object,
) -> None:
    """Move a locked case and record it. Times that belong to the move are set by the caller before."""
    check_can_move(State(case.state), to)
    case.state = to
    if to in FINAL:
        case.closed_at = at
    case.save()
    announce_move(case, event, actor=actor, at=at, reason=reason)


def announce_move(
    case: Case, event: type[events.CaseEvent], *, actor: Actor, at: datetime, reason: str = "", **details: Any
) -> None:
    """Record something that happened in a case."""
    announce(
        event(subject=case.id, number=case.number, application=case.application_id, **details),
        actor=actor,
        at=at,
        reason=reason,
    )


def next_numbers(at: datetime, division_code: str, wanted: Mapping[str, int]) -> dict[str, list[str]]:
    """The next numbers of each department's day, as many as are wanted; gaps are possible, repeats are not.

    The series stay locked until the caller's transaction ends: ask when little is left to do. They are locked in the
    order of their codes, so that two who want numbers of the same departments do not wait for each other in a circle.
    """
    day = clock.legal_day(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_number_series (day, department_code, last)"
            " SELECT %s, code, many FROM unnest(%s::text[], %s::int[]) AS wanted (code, many) ORDER BY code"
            " ON CONFLICT (day, department_code) DO UPDATE SET last = cases_number_series.last + EXCLUDED.last"
            " RETURNING department_code, last",
            [day, list(wanted), list(wanted.values())],
        )
        return {
            code: [
                numbers.case_number(day, division_code, code, serial)
                for serial in range(last - wanted[code] + 1, last + 1)
            ]
            for code, last in cursor.fetchall()
        }
