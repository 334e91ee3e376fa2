"""The sentence under a case."""

from datetime import date

import pytest

from tongban.handling.cases.rules.states import State
from tongban.handling.cases.rules.timeline import sentence

DUE = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("state", "promised", "words"),
    [
        (State.SUBMITTED, 5, "现在由市公安局办理：收件受理，12 月 8 日前答复是否受理；受理后 5 个工作日内办结"),
        (State.SUBMITTED, 0, "现在由市公安局办理：收件受理，12 月 8 日前答复是否受理；受理后当场办结"),
        (State.ACCEPTED, None, "现在由市公安局办理：收件受理，12 月 8 日前办好"),
        (State.CORRECTION, None, "等您补正，请在 12 月 8 日前补交。等您期间，办理时限暂停计算"),
    ],
)
def test_the_sentence_says_by_which_day(state, promised, words):
    said = sentence(
        state,
        department="市公安局",
        waits_for=[],
        step_names=["收件受理"],
        due=DUE,
        automatic=False,
        decision="",
        reason="",
        closed_on=None,
        seconds=None,
        promised_days=promised,
    )
    assert said == words
