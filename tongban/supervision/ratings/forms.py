"""Forms for a rating and for the addition to it."""

from django import forms

from tongban.foundation.ui.forms import ConcurrentForm
from tongban.supervision.ratings.rules import BAD_TAGS, GOOD_TAGS, LEVELS, MAX_COMMENT_LENGTH, NO_ADDITION, NO_LEVEL


class RatingForm(ConcurrentForm):
    """A rating: level, tags and words."""

    level = forms.TypedChoiceField(
        label="您对这次办理满意吗？",
        choices=list(LEVELS.items()),
        coerce=int,
        error_messages={"required": NO_LEVEL, "invalid_choice": NO_LEVEL},
    )
    tags = forms.MultipleChoiceField(
        label="哪里做得好，哪里没做好",
        choices=[(tag, tag) for tag in (*GOOD_TAGS, *BAD_TAGS)],
        required=False,
        error_messages={"invalid_choice": "请从列出的方面里勾选。"},
    )
    words = forms.CharField(
        label="想说的话",
        help_text=f"最多 {MAX_COMMENT_LENGTH} 个字，请不要写个人信息",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AdditionForm(ConcurrentForm):
    """The addition to a rating (追评)."""

    words = forms.CharField(
        label="追加的内容",
        help_text=f"最多 {MAX_COMMENT_LENGTH} 个字",
        error_messages={"required": NO_ADDITION},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
