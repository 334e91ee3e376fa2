"""Whether an applicant has to come once more after the submission."""

from enum import StrEnum

from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import Plan

AT_WINDOW = "窗口领"
"""What the label of every choice contains by which a result is collected at a window (到窗口领, 窗口领取)."""


class WayBack(StrEnum):
    """What still leads the applicant of a submitted application to a window."""

    NONE = "none"
    COLLECT = "collect"
    """They chose to collect a result there."""
    VISIT = "visit"
    """An item cannot be handled without a visit."""


def way_back(application: Application) -> WayBack:
    """Return why the applicant has to come to a window once more, if they have to."""
    plan = Plan(application)
    if any(item.visits for item in plan.items.values()):
        return WayBack.VISIT
    answers = application.answers
    choices = {q.key: q.choices for q in plan.bundle.questions} | {f.key: f.choices for f in plan.fields.values()}
    chosen = (dict(open_to).get(answers.get(key, ""), "") for key, open_to in choices.items())
    return WayBack.COLLECT if any(AT_WINDOW in label for label in chosen) else WayBack.NONE
