"""Forms of the audit: search conditions from the query string, a look-up by number, and an export."""

from collections.abc import Mapping
from datetime import date, timedelta

from django import forms

from tongban.foundation import clock, typed
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.typed_fields import DayField, NumberField
from tongban.people.identity.policy import PurposeNeeded

USUAL_DAYS = 30
"""Days that a search without a start date goes back."""
NO_DATE = "请按 2026-12-31 这样填写日期"


class ConditionsForm(Form):
    """Conditions of a search. Missing dates mean the last USUAL_DAYS days; dates are limited to 2000–2199."""

    since = DayField(label="从哪天", required=False, error_messages={"invalid": NO_DATE})
    until = DayField(label="到哪天", required=False, error_messages={"invalid": NO_DATE})
    group = forms.CharField(required=False, max_length=10)
    type = forms.CharField(label="事件", required=False, max_length=80)
    department = forms.UUIDField(label="部门", required=False)
    who = forms.CharField(label="账号或工作人员姓名", required=False, max_length=80)
    case = forms.CharField(label="办件编号", required=False, max_length=30)

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        today = clock.legal_day(clock.now())
        until: date = data.get("until") or today
        earliest = date(2000, 1, 1)
        since: date = data.get("since") or max(until, earliest) - timedelta(days=USUAL_DAYS)
        if since > until:
            self.add_error("since", "开始日期不能晚于结束日期，请改一下。")
        if not earliest <= min(since, until) <= max(since, until) <= date(2200, 1, 1):
            self.add_error("since", "请填写 2000 年以后的日期。")
        return data | {"since": since, "until": until, "case": typed.code(data.get("case") or "")}


class PersonForm(Form):
    """A resident's number or credit code to look up, and the reason."""

    number = NumberField(
        label="公民身份号码或统一社会信用代码",
        max_length=18,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="为什么要查",
        help_text="6 至 200 个字，例如：办理第 12 号信访件",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ExportForm(Form):
    """The reason for an export."""

    export_reason = forms.CharField(
        label="为什么要导出",
        help_text="6 至 200 个字，例如：答复市审计局第 3 号调阅函",
        error_messages={"required": PurposeNeeded.message},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def field_names(self) -> Mapping[str, str]:
        return {"reason": "export_reason", "purpose": "export_reason"}
