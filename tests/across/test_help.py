"""What the help says about other rooms is what these do."""

from tongban.portal.about import texts
from tongban.supervision.ratings.rules import WINDOW_DAYS


def test_the_days_for_a_rating_in_the_help_are_those_of_the_rule():
    assert f"{WINDOW_DAYS} 天内" in " ".join(texts.text_of("help", "zh").sections[-1].text)
    assert f"within {WINDOW_DAYS} days" in " ".join(texts.text_of("help", "en").sections[-1].text)
