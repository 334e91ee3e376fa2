"""Forms for changes of keys and certificates. Every change needs a reason."""

from typing import Any

from django import forms

from tongban.foundation.ui.choices import set_choices
from tongban.foundation.ui.forms import Form
from tongban.portal.keys.words import PURPOSES
from tongban.trust.crypto import making
from tongban.trust.keys.services.certifying import REVOCATIONS

NO_REASON = "请写明理由，不超过 200 个字；理由会写入存证。"


def _reason(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        error_messages={"required": NO_REASON},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RotationForm(Form):
    """The reason for rotating the keys of a level. Data and department keys can be limited to one purpose."""

    purpose = forms.ChoiceField(
        label="用途", required=False, error_messages={"invalid_choice": "没有这个用途，请从列表里选择。"}
    )
    reason = _reason("理由", "例如：满一年例行轮换")

    def __init__(self, *args: Any, level: str, **more: Any) -> None:
        super().__init__(*args, **more)
        if level not in {"data", "department"}:
            del self.fields["purpose"]
            return
        purposes = [(purpose, PURPOSES.get(purpose, purpose)) for purpose in sorted(making.purposes())]
        set_choices(self, "purpose", [("", "全部用途"), *purposes])


class RevocationForm(Form):
    """The reason for revoking a certificate: a code of RFC 5280, and words."""

    revocation = forms.ChoiceField(
        label="原因",
        choices=list(REVOCATIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择吊销的原因。", "invalid_choice": "请选择吊销的原因。"},
    )
    reason = _reason("说明", "写入存证，不超过 200 个字")
