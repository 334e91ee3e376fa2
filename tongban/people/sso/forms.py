"""The forms for registering a system. The services check that the values fit together."""

import json

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tongban.foundation.ui.forms import ConcurrentForm, Form
from tongban.foundation.ui.typed_fields import NameField, NumberField
from tongban.people.sso import queries, rules


class SystemForm(Form):
    name = forms.CharField(label="系统名称", max_length=60, error_messages={"required": "请填写系统名称"})
    kind = forms.ChoiceField(label="类型", choices=list(rules.KINDS.items()), error_messages={"required": "请选择类型"})
    purpose = forms.CharField(
        label="办什么用", max_length=300, error_messages={"required": "请说明这个系统为群众办什么"}
    )
    redirect_uris = forms.CharField(label="登录后回到的网址", required=False)
    post_logout_uris = forms.CharField(label="退出后回到的网址", required=False)
    logout_uri = forms.CharField(label="接收退出通知的网址", required=False)
    duty = forms.CharField(label="履行的法定职责", max_length=300, required=False)
    keys = forms.CharField(label="公钥（JWK Set）", max_length=8000, required=False)
    scopes = forms.MultipleChoiceField(
        label="需要的权限",
        choices=[],
        error_messages={"required": "请选择需要的权限", "invalid_choice": "没有这项权限，请从列出的里选"},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial)
        scopes, choice = queries.scopes(), self.fields["scopes"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(name, f"{m.words}（{name}）") for name, m in scopes.items()]
        for name in scopes:
            self.fields[why(name)] = forms.CharField(label="为什么需要", max_length=200, required=False)

    @property
    def wanted(self) -> dict[str, object]:
        """The values as the services take them."""
        data = self.cleaned_data
        lines = {name: data[name].split() for name in ("redirect_uris", "post_logout_uris")}
        plain = {name: data[name] for name in ("name", "kind", "purpose", "logout_uri", "duty")}
        reasons = {scope: data[why(scope)] for scope in data["scopes"]}
        return plain | lines | {"scopes": reasons, "keys": data["keys"] or None}


REASONS = {
    "agreements": ("审核意见", ""),
    "approvals": ("审核意见", ""),
    "returns": ("退回的理由", "登记的部门会看到"),
    "suspensions": ("暂停的理由", "所有人会从这个系统退出"),
    "resumptions": ("恢复的理由", ""),
    "retirements": ("停用的理由", "停用后不能恢复，已登录的人会退出"),
}
"""By step of a registration: the question that asks for the reason, and a hint."""


class ReasonForm(ConcurrentForm):
    """The reason for a step. The service reports what is missing, after it has checked the right to take the step."""

    reason = forms.CharField(required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        step: str,
    ) -> None:
        super().__init__(data, files)
        self.auto_id = f"id_%s_{step}"
        self.fields["reason"].label, self.fields["reason"].help_text = REASONS[step]


def why(scope: str) -> str:
    """Return the name of the field for the reason of a scope."""
    return "why_" + scope.replace(":", "_").replace("-", "_")


def initial_of(system: queries.System) -> dict[str, object]:
    """Return a system's values as the form shows them."""
    return {
        **{name: getattr(system, name) for name in ("name", "kind", "purpose", "logout_uri", "duty")},
        "redirect_uris": "\n".join(system.redirect_uris),
        "post_logout_uris": "\n".join(system.post_logout_uris),
        "keys": json.dumps(system.keys, indent=1) if system.keys else "",
        "scopes": list(system.scopes),
        **{why(scope): reason for scope, reason in system.scopes.items()},
    }


class NameAndNumber(Form):
    """The name and number to compare with a network identity."""

    name = NameField(label="姓名", max_length=60, error_messages={"required": "请填写姓名"})
    number = NumberField(label="公民身份号码", max_length=18, error_messages={"required": "请填写 18 位号码"})
