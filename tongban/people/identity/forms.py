"""The form by which somebody chooses in whose name to act."""

from typing import Any

from django import forms

from tongban.foundation.ui.forms import Form

UNKNOWN = "请从列出的身份里选择；授权有变化时，请刷新页面"


class PrincipalForm(Form):
    """Oneself, one's firm, or somebody who mandated one."""

    principal = forms.ChoiceField(
        label="请选择",
        help_text="办件、草稿和证照都分开：换到哪个身份，就看到哪个身份的",
        widget=forms.RadioSelect,
        error_messages={"required": UNKNOWN, "invalid_choice": UNKNOWN},
    )

    def __init__(self, *args: Any, names: dict[str, str], **more: Any) -> None:
        """`names`: the key and the name of each identity."""
        super().__init__(*args, **more)
        self.fields["principal"].choices = list(names.items())  # type: ignore[attr-defined]
