"""The only way to move a case: under lock, as the table of moves allows, recorded as an event. Also its numbers."""

from collections.abc import Mapping
from datetime import datetime

from tongban.foundation import clock
from tongban.foundation.announcements.gathering import save_later
from tongban.foundation.announcements.services import announce
from tongban.foundation.writing import update
from tongban.handling.cases import events, hot
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
) -> None:
    """Move a locked case to a state, save it and announce the event. Raises MoveRefused.

    The caller sets the times that belong to the move beforehand; only `closed_at` is set here.
    """
    check_can_move(State(case.state), to)
    case.state = to
    if to in FINAL:
        case.closed_at = at
    if not save_later(case):
        update(case)
    announce_move(case, event, actor=actor, at=at, reason=reason)


def announce_move(
    case: Case, event: type[events.CaseEvent], *, actor: Actor, at: datetime, reason: str = "", **details: object
) -> None:
    """Announce an event of a case: a move, or something done in it without a move."""
    announce(
        event(subject=case.id, number=case.number, application=case.application_id, **details),
        actor=actor,
        at=at,
        reason=reason,
    )


def next_numbers(at: datetime, division_code: str, wanted: Mapping[str, int]) -> dict[str, list[str]]:
    """Return new case numbers by department code, as many as `wanted` says for each. Gaps are possible, repeats not.

    The departments' series stay locked until the transaction ends, so call this as late as possible. They are locked
    in the order of their codes, so that two submissions cannot deadlock.
    """
    day = clock.legal_day(at)
    return {
        code: [
            numbers.case_number(day, division_code, code, serial) for serial in range(last - wanted[code] + 1, last + 1)
        ]
        for code, last in hot.draw(day, wanted).items()
    }
