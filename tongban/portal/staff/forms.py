"""Forms for the staff of a department."""

from django import forms

from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.typed_fields import LoginNameField, NameField, NumberField
from tongban.people.organisation.rules import POST_LABELS


class PostForm(Form):
    """A new post of a department."""

    kind = forms.ChoiceField(
        label="岗位类别",
        choices=[(kind.value, label) for kind, label in POST_LABELS.items()],
        error_messages={"required": "请选择岗位类别"},
    )
    name = forms.CharField(
        label="岗位名称",
        max_length=40,
        error_messages={"required": "请填写岗位名称，例如“二号窗口”", "max_length": "岗位名称最多 40 个字"},
    )


class RenameForm(Form):
    """The new name of a department, and the document that gives it."""

    name = forms.CharField(
        label="部门全称",
        max_length=60,
        error_messages={"required": "请填写部门全称", "max_length": "部门全称最多 60 个字"},
    )
    short_name = forms.CharField(
        label="部门简称",
        max_length=20,
        help_text="办件进度和列表里显示的名称",
        error_messages={"required": "请填写部门简称", "max_length": "部门简称最多 20 个字"},
    )
    reason = forms.CharField(
        label="依据",
        max_length=200,
        help_text="例如机构改革方案或更名批复的文号",
        error_messages={"required": "请写明依据哪份文件", "max_length": "依据最多 200 个字"},
    )


class AppointForm(Form):
    """The person to appoint, by name and number. The platform makes the initial password."""

    name = NameField(
        label="姓名", max_length=60, error_messages={"required": "请填写证件上的姓名", "max_length": "姓名最多 60 个字"}
    )
    number = NumberField(
        label="公民身份号码",
        max_length=18,
        error_messages={"required": "请填写证件上的 18 位号码", "max_length": "公民身份号码是 18 位，请检查有没有多输"},
    )
    login_name = LoginNameField(
        label="账号名", max_length=60, required=False, error_messages={"max_length": "账号名最多 60 个字符"}
    )


class ReissueForm(Form):
    """The reason for another initial password, and whether it is handed over in person."""

    reason = forms.CharField(
        label="重新发放的原因",
        max_length=200,
        error_messages={"required": "请写明原因，例如“初始密码过期”", "max_length": "原因最多 200 个字"},
    )
    in_person = forms.BooleanField(required=False)


class LeavingForm(Form):
    """The reason for leaving, and the successor."""

    reason = forms.CharField(
        label="离岗原因",
        max_length=200,
        error_messages={"required": "请写明离岗的原因，例如“调动”“退休”", "max_length": "离岗原因最多 200 个字"},
    )
    successor = forms.UUIDField(label="由谁接替", required=False, error_messages={"invalid": "请从列出的人员里选择"})
