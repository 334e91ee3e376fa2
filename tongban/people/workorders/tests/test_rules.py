"""The table of moves, the light, the number, and the acts that are offered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.workdays.rules import Calendar
from tongban.people.workorders.rules import (
    ALLOWED_MOVES,
    LABELS,
    RUNNING,
    Acts,
    MoveRefused,
    State,
    allowed_acts,
    can_move,
    check_can_move,
    is_number,
    light,
    make_number,
)

WEEKDAYS = Calendar.of(day for i in range(400) if (day := date(2026, 1, 1) + timedelta(days=i)).weekday() < 5)


def test_the_table_contains_every_state_and_every_path_can_end():
    assert set(ALLOWED_MOVES) == set(State) == set(LABELS)
    reached, front = {State.OPEN}, {State.OPEN}
    while front:
        front = {t for s in front for t in ALLOWED_MOVES[s]} - reached
        reached |= front
    assert reached == set(State)
    assert ALLOWED_MOVES[State.WITHDRAWN] == frozenset()
    assert {State.OPEN, State.TAKEN, State.HANDED_ON, State.ESCALATED, State.REOPENED} == RUNNING


@pytest.mark.parametrize("current", State)
@pytest.mark.parametrize("target", State)
def test_only_moves_in_the_table_are_allowed(current, target):
    if can_move(current, target):
        check_can_move(current, target)
    else:
        with pytest.raises(MoveRefused, match=f"“{LABELS[current]}”，不能改为“{LABELS[target]}”"):
            check_can_move(current, target)


@given(st.sampled_from(State), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_only_acts_that_the_table_allows_are_offered(state, handles, raised, took, before, by_machine):
    offered = allowed_acts(
        state, handles=handles, raised=raised, took=took, reopened_before=before, raised_by_machine=by_machine
    )
    for act, target in (
        ("take", State.TAKEN), ("transfer", State.HANDED_ON), ("answer", State.ANSWERED), ("close", State.CLOSED),
        ("reopen", State.REOPENED), ("withdraw", State.WITHDRAWN),
    ):  # fmt: skip
        assert can_move(state, target) or not getattr(offered, act)
    if not handles and not raised:
        assert offered == Acts()
        assert not offered


@pytest.mark.parametrize(
    ("today", "days", "expected"),
    [
        (date(2026, 3, 2), 5, ("green", "剩 5 个工作日")),
        (date(2026, 3, 6), 5, ("yellow", "剩 1 个工作日")),
        (date(2026, 3, 7), 5, ("yellow", "剩 1 个工作日")),
        (date(2026, 3, 9), 5, ("yellow", "今天到期")),
        (date(2026, 3, 10), 5, ("red", "已超期 1 个工作日")),
        (date(2026, 3, 2), 20, ("yellow", "剩 5 个工作日")),
    ],
)
def test_the_light_counts_working_days(today, days, expected):
    assert light(WEEKDAYS, today, date(2026, 3, 9), days, running=True) == expected
    assert light(WEEKDAYS, today, date(2026, 3, 9), days, running=False)[0] == "none"


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 9_999_999), st.integers(2, 14), st.integers(1, 9))
def test_a_mistyped_number_is_detected(day, serial, place, change):
    number = make_number(day, serial)
    assert len(number) == 16
    assert is_number(number)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert not is_number(wrong)
    assert not is_number(number[:-1])
