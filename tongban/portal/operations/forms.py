"""The form of a year's table of working days."""

from typing import Any

from django import forms

from tongban.foundation import clock
from tongban.foundation.ui.forms import Form

_LINES = "一行一段，照通知抄写，例如“1月1日至1月3日 元旦”"


class TableForm(Form):
    """A year, its official notice, the days of rest and the make-up days."""

    year = forms.IntegerField(
        label="年份",
        min_value=2000,
        max_value=2100,
        error_messages={
            "min_value": "年份不对，请填写 2000 到 2100 之间的一年",
            "max_value": "年份不对，请填写 2000 到 2100 之间的一年",
        },
    )
    notice = forms.CharField(
        label="依据的通知",
        max_length=80,
        error_messages={"required": "请写明依据哪份通知", "max_length": "通知的名称最多 80 个字"},
    )
    rest = forms.CharField(
        label="放假的日子",
        help_text=f"{_LINES}；包括其中的周六、周日",
        max_length=4000,
        error_messages={
            "required": "请照通知写放假的日子，例如“1月1日至1月3日 元旦”。通知还没有公布的，先写法定节日",
            "max_length": "最多 4000 个字，请只写放假的日子",
        },
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    work = forms.CharField(
        label="调休上班的周六、周日",
        help_text="一行一天，例如“1月23日”；没有就留空",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    provisional = forms.BooleanField(label="通知还没有公布，这张表只是暂定（页面上会注明可能调整）", required=False)
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)
    seal = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        wanted = self.get_initial_for_field(self.fields["year"], "year")
        year = wanted if isinstance(wanted, int) else clock.legal_day(clock.now()).year + 1
        messages = {"required": f"请填写年份，例如 {year}", "invalid": f"年份是四位数字，例如 {year}"}
        self.fields["year"].error_messages.update(messages)
        self.fields["notice"].help_text = (  # the notice for a year comes out in the year before
            f"文号或名称；办件人和工作人员会在期限变更的说明里看到，例如：国办发明电〔{year - 1}〕9号"
        )
