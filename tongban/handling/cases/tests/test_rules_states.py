"""The states of a case: every move of the table and no other is possible, and every case can end."""

import pytest

from tongban.handling.cases.rules import states
from tongban.handling.cases.rules.states import ALLOWED_MOVES, FINAL, State

PAIRS = [(a, b) for a in State for b in State]


@pytest.mark.parametrize(("current", "target"), PAIRS, ids=lambda s: s.value)
def test_a_move_is_allowed_exactly_if_the_table_contains_it(current, target):
    allowed = target in ALLOWED_MOVES[current]
    assert states.can_move(current, target) is allowed
    if allowed:
        states.check_can_move(current, target)
    else:
        with pytest.raises(states.MoveRefused) as refusal:
            states.check_can_move(current, target)
        assert states.LABELS[current] in refusal.value.message
        assert refusal.value.status == 409


def test_every_state_has_a_row_and_a_label():
    assert set(ALLOWED_MOVES) == set(State) == set(states.LABELS)
    assert len(set(states.LABELS.values())) == len(State)


@pytest.mark.parametrize("state", State, ids=lambda s: s.value)
def test_every_state_reaches_an_end(state):
    seen, frontier = set(), {state}
    while frontier:
        seen |= frontier
        frontier = {after for known in frontier for after in ALLOWED_MOVES[known]} - seen
    assert seen & FINAL


def test_every_state_is_reached_from_the_start():
    seen, frontier = set(), {State.WAITING, State.SUBMITTED}
    while frontier:
        seen |= frontier
        frontier = {after for known in frontier for after in ALLOWED_MOVES[known]} - seen
    assert seen == set(State)


def test_a_decided_case_cannot_be_withdrawn():
    assert {
        State.WAITING, State.SUBMITTED, State.CORRECTION, State.ACCEPTED, State.REVIEW, State.DECISION_PENDING,
    } == states.BEFORE_DECISION  # fmt: skip


def test_only_a_person_can_deny():
    assert [state for state, moves in ALLOWED_MOVES.items() if State.DENIED in moves] == [State.DECISION_PENDING]


@pytest.mark.parametrize(
    ("state", "decision", "group"),
    [
        (State.WAITING, "", "open"),
        (State.REVIEW, "", "open"),
        (State.DELIVERING, "denied", "open"),
        (State.CORRECTION, "", "correction"),
        (State.CLOSED, "granted", "granted"),
        (State.CLOSED, "denied", "denied"),
        (State.WITHDRAWN, "", "ended"),
        (State.LAPSED, "", "ended"),
        (State.NOT_ACCEPTED, "", "ended"),
    ],
)
def test_each_state_belongs_to_a_group_in_my_cases(state, decision, group):
    assert states.citizen_group(state, decision) == group
