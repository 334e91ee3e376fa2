"""Forms for mandates: the helper, the scope, the end, and pictures of the face."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.http import HttpRequest

from tongban.foundation.ui.choices import set_choices
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.typed_fields import AmountField, DayField, NameField, NumberField
from tongban.people.identity.rules import EVERYTHING, FAMILY, HELP, ITEMS, THEMES, latest_end
from tongban.people.identity.services import MandateScope

REACHES = [(EVERYTHING.value, "全部事项"), (THEMES.value, "只办选定主题的事项"), (ITEMS.value, "只办指定的几项")]
WAYS = [
    ("both", "授权人和代办人都在窗口", "两人的证件原件都已核对，两人都在授权书上签名；马上生效"),
    ("principal", "只有授权人在窗口", "代办人以后在网上或窗口接受后生效"),
    ("helper", "只有代办人在窗口", "授权人在家，代办人带来授权人签名的授权书和证件；马上生效"),
]
"""(key, label, hint): who is at the window when a signed form is handed in."""
AS_ON_THE_DOCUMENT = {"autocapitalize": "characters", "spellcheck": "false"}
KINDS = [(FAMILY.value, "亲情代办：家人替我办"), (HELP.value, "帮代办：社区帮办员、邻居朋友替我办")]


class PickingForm(Form):
    """What was sent of the choice of services. It decides what the form of the mandate offers, so it is read first."""

    kind = forms.CharField(required=False)
    services = forms.Field(required=False, widget=forms.SelectMultiple)
    q = forms.CharField(required=False)


class ScopeForm(Form):
    """The scope and the end of a mandate. The services check what the form cannot know."""

    finding = False
    """Whether the button to search for items was pressed, instead of the one that grants."""

    reach = forms.ChoiceField(
        label="可以办哪些事",
        help_text="范围越小越稳妥；婚姻登记、收养这类要本人亲自办的，不能代办",
        choices=REACHES,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择授权范围", "invalid_choice": "请从列出的授权范围里选一种"},
    )
    themes = forms.MultipleChoiceField(
        label="主题",
        help_text="选了“只办选定主题的事项”才起作用",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    services = forms.MultipleChoiceField(label="勾选要授权的事项", required=False, widget=forms.CheckboxSelectMultiple)
    most = AmountField(
        label="每次办事涉及的金额上限",
        help_text="不限金额请留空",
        required=False,
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": "请填写数字，例如 50000", "max_digits": "金额太大了，不限金额请留空"},
    )
    until = DayField(
        label="截止日期",
        help_text="到这一天为止，过了自动失效",
        error_messages={"required": "请选择截止日期", "invalid": "请按 2026-12-31 这样填写日期"},
    )

    @classmethod
    def of(cls, request: HttpRequest, **more: Any) -> Self:
        """Return the form. A search for items gives an unbound form that keeps what was typed.

        `find` is its button. Enter searches too while a new word stands in the search field, and otherwise grants.
        """
        sent = request.POST
        word = str(sent.get("q", "")).strip()
        entered = "enter" in sent and word not in {"", str(sent.get("searched", "")).strip()}
        if request.method != "POST" or not ("find" in sent or entered):
            return super().of(request, **more)
        typed = {name: sent.getlist(name) if name in {"themes", "services"} else sent.get(name) for name in sent}
        form = cls(**more | {"initial": typed})
        form.finding = True
        return form

    def __init__(self, *args: Any, themes: list[str], services: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "themes", [(name, name) for name in themes])
        set_choices(self, "services", services.items())

    @property
    def ticked(self) -> str:
        """The field whose boxes count for the chosen reach. The services call both fields `named`."""
        return "services" if self.cleaned_data.get("reach") == ITEMS else "themes"

    def field_names(self) -> Mapping[str, str]:
        return {"named": self.ticked}

    def scope(self) -> MandateScope:
        """Return the scope that was entered; the form must be valid."""
        data = self.cleaned_data
        named = {THEMES: data["themes"], ITEMS: data["services"]}.get(data["reach"], [])
        most: Decimal | None = data["most"]
        return MandateScope(data["reach"], tuple(named), most)


class PersonForm(ScopeForm):
    """A new mandate: the helper as on their document, the kind, and the scope."""

    kind = forms.ChoiceField(
        label="代办的方式",
        choices=KINDS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请从列出的代办方式里选一种"},
    )
    name = NameField(
        label="对方的姓名",
        help_text="与身份证上一致",
        max_length=60,
        error_messages={"required": "请填写对方身份证上的姓名", "max_length": "姓名最多 60 个字"},
    )
    number = NumberField(
        label="对方的公民身份号码",
        help_text="18 位；对方要先在本平台实名登记",
        max_length=18,
        widget=forms.TextInput(attrs=AS_ON_THE_DOCUMENT),
        error_messages={"required": "请填写对方的 18 位号码", "max_length": "公民身份号码是 18 位，请检查有没有多输"},
    )
    relation = forms.CharField(
        label="对方是您的",
        help_text="例如女儿、儿媳、社区帮办员；户口和婚姻登记里查得到的，不填也行",
        max_length=20,
        required=False,
        error_messages={"max_length": "关系最多 20 个字"},
    )


class WindowForm(PersonForm):
    """A signed form that is handed in at a window: who is present, both persons, and the scanned paper."""

    way = forms.ChoiceField(
        label="谁在窗口",
        choices=[(key, label) for key, label, _ in WAYS],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择谁在窗口。", "invalid_choice": "请选择谁在窗口。"},
    )
    principal_name = NameField(
        label="在家的授权人姓名", help_text="只有代办人在窗口时填写", max_length=60, required=False
    )
    principal_number = NumberField(
        label="在家的授权人公民身份号码",
        max_length=18,
        required=False,
        widget=forms.TextInput(attrs=AS_ON_THE_DOCUMENT),
    )
    form = forms.FileField(
        label="签了名的授权书",
        help_text="扫描或拍照，PDF、JPG 或 PNG",
        error_messages={"required": "请上传签了名的授权书（扫描或拍照）。", "empty": "文件是空的，请重新选择文件。"},
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        fields = self.fields
        fields["name"].label, fields["number"].label = "代办人姓名", "代办人公民身份号码"
        fields["name"].help_text = fields["number"].help_text = "只有代办人在窗口时不用填"
        fields["relation"].label, fields["relation"].help_text = "代办人是授权人的", "例如女儿、社区帮办员"
        if self["way"].value() == "helper":  # the visit already has the name on the helper's document
            fields["name"].required = fields["number"].required = False


class FaceForm(Form):
    """Pictures for the face check of a family helper: the document, and the face with the prompted movements."""

    reference = forms.FileField(label="身份证有照片的一面", help_text="JPG 或 PNG", required=False)
    front = forms.FileField(label="第 1 张：正对镜头", help_text="睁开眼、闭上嘴", required=False)
    move1 = forms.FileField(help_text="JPG 或 PNG", required=False)
    move2 = forms.FileField(help_text="JPG 或 PNG", required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, camera in {"reference": "environment", "front": "user", "move1": "user", "move2": "user"}.items():
            self.fields[name].widget.attrs |= {"accept": "image/jpeg,image/png", "capture": camera}

    def ask(self, prompts: list[str]) -> None:
        """Label the pictures with the movements that are prompted this time; drop those that are not needed."""
        for number in (1, 2):
            if number <= len(prompts):
                self.fields[f"move{number}"].label = f"第 {number + 1} 张：{prompts[number - 1]}"
            else:
                del self.fields[f"move{number}"]


def default_end(kind: str, today: date) -> date:
    """Return the end that the form proposes: the latest day that the kind allows, at most that of a family mandate."""
    return min(latest_end(kind, today), latest_end(FAMILY, today))
