"""The forms beside the application's own, whose fields come from the catalogue (`views/fields.py`)."""

from typing import Any

from django import forms

from tongban.foundation.ui.forms import Form

ALL = "all"


class WithdrawalForm(Form):
    """Which cases are withdrawn, and why."""

    case = forms.ChoiceField(
        label="撤回哪些",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择要撤回哪些办件", "invalid_choice": "请选择要撤回哪些办件"},
    )
    reason = forms.CharField(label="撤回原因", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, left: dict[str, str], **more: Any) -> None:
        """`left`: number and name of each case that can be withdrawn."""
        super().__init__(*args, **more)
        self.fields["case"].choices = [  # type: ignore[attr-defined]
            (ALL, f"还没有决定的 {len(left)} 项全部撤回"),
            *((number, f"只撤回“{name}”") for number, name in left.items()),
        ]
