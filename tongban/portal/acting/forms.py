"""What is asked when a mandate is given: to whom, for what, how far, until when."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from tongban.people.identity.rules import EVERYTHING, ITEMS, THEMES, latest_end
from tongban.people.identity.services import Scope

REACHES = [(EVERYTHING, "全部事项"), (THEMES, "只办选定主题的事项"), (ITEMS, "只办指定的几项")]
KINDS = [("family", "亲情代办：家人替我办"), ("help", "帮代办：社区帮办员、邻居朋友替我办")]


class ScopeForm(forms.Form):
    """How far a mandate goes. The services check what the form cannot know."""

    reach = forms.ChoiceField(
        label="可以替您办哪些事",
        choices=REACHES,
        error_messages={"required": "请选择授权范围", "invalid_choice": "请从列出的授权范围里选一种"},
    )
    themes = forms.MultipleChoiceField(label="主题", required=False)
    services = forms.MultipleChoiceField(label="事项", required=False)
    most = forms.DecimalField(
        label="每次办事涉及的金额上限（元）",
        required=False,
        max_digits=14,
        decimal_places=2,
        error_messages={"invalid": "请填写数字，例如 50000", "max_digits": "金额太大了，不限金额请留空"},
    )
    until = forms.DateField(
        label="截止日期", error_messages={"required": "请选择截止日期", "invalid": "请按 2026-12-31 这样填写日期"}
    )

    def __init__(self, *args: Any, themes: list[str], services: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["themes"].choices = [(name, name) for name in themes]  # type: ignore[attr-defined]
        self.fields["services"].choices = list(services.items())  # type: ignore[attr-defined]

    @property
    def ticked(self) -> str:
        """The field in which the reach that was chosen is ticked; the services know both as what is named."""
        return "services" if self.cleaned_data.get("reach") == ITEMS else "themes"

    def scope(self) -> Scope:
        data = self.cleaned_data
        named = {THEMES: data["themes"], ITEMS: data["services"]}.get(data["reach"], [])
        most: Decimal | None = data["most"]
        return Scope(data["reach"], tuple(named), most)


class PersonForm(ScopeForm):
    """To whom, as his document names him."""

    kind = forms.ChoiceField(
        label="代办的方式",
        choices=KINDS,
        required=False,
        error_messages={"invalid_choice": "请从列出的代办方式里选一种"},
    )
    name = forms.CharField(label="姓名", max_length=60, error_messages={"required": "请填写对方身份证上的姓名"})
    number = forms.CharField(
        label="公民身份号码",
        max_length=18,
        error_messages={"required": "请填写对方的 18 位号码", "max_length": "公民身份号码是 18 位，请检查有没有多输"},
    )
    relation = forms.CharField(
        label="对方是您的", max_length=20, required=False, error_messages={"max_length": "关系最多 20 个字"}
    )


def first_end(kind: str, today: date) -> date:
    """The end that the form proposes: the latest for helpers, a year for agents."""
    return min(latest_end(kind, today), latest_end("family", today))
