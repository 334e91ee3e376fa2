"""Every state, outcome and way has a text on the desk's pages."""

from tongban.handling.cases.queries import Step, StepOutcome, Way
from tongban.portal.desk import words


def test_every_closed_set_has_its_texts():
    assert words.STEP_STATES.keys() == set(Step.States)
    assert words.OUTCOMES.keys() == set(StepOutcome)
    assert words.WAYS.keys() == set(Way)
