"""The forms of signing in and of people's own accounts."""

from typing import Any  # a field of JSON holds any value

from django import forms

from tongban.foundation import clock
from tongban.foundation.codes import is_resident_number
from tongban.foundation.texts import read_json
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.typed_fields import CompactField, NameField, NumberField, PhoneField
from tongban.people.signin.rules import number_in, password_problem, phone_in
from tongban.people.signin.words import BAD_NUMBER, BAD_PHONE, BAD_RESIDENT_NUMBER, NO_PASSKEY

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What the library raises for a passkey's answer that is JSON but has the wrong shape."""


class Credential(forms.JSONField):
    """The answer of a passkey. The library's own field crashes on huge numbers and deep nesting."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return read_json(value) if value else None
        except (ValueError, TypeError):
            raise forms.ValidationError(NO_PASSKEY) from None


def text(
    label: str,
    *,
    missing: str,
    most: int = 60,
    hint: str = "",
    field: type[forms.CharField] = forms.CharField,
    **attrs: str,
) -> forms.CharField:
    """Return the field for a required line of text."""
    return field(
        label=label,
        max_length=most,
        help_text=hint,
        error_messages={"required": missing, "max_length": f"{label}最多 {most} 个字符"},
        widget=forms.TextInput(attrs=attrs),
    )


def secret(label: str, *, missing: str, autocomplete: str, hint: str = "") -> forms.CharField:
    """Return the field for a password, which is never sent back and keeps its spaces."""
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        help_text=hint,
        error_messages={"required": missing, "max_length": f"{label}最多 200 个字符"},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(Form):
    login_name = text("手机号、证件号码或账号", missing="请填写账号、手机号或证件号码", autocomplete="username")
    password = secret("密码", missing="请填写密码", autocomplete="current-password")
    shared = forms.BooleanField(label="这是公用电脑，不要记住这台设备", required=False)


class PhoneForm(Form):
    phone = text("手机号", missing="请填写手机号", most=20, field=PhoneField, autocomplete="tel", inputmode="numeric")

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"])
        if not phone_in(typed):
            raise forms.ValidationError(BAD_PHONE)
        return typed


class CodeForm(Form):
    code = text(
        "短信验证码",
        missing="请填写短信里的 6 位数字",
        most=12,
        hint="6 位数字，5 分钟内有效",
        field=CompactField,
        autocomplete="one-time-code",
        inputmode="numeric",
    )


RULES = "至少 8 个字符，要有字母、数字、符号中的两种（工作人员三种），不要用太常见的密码"


class TwicePassword(Form):
    """A new password, typed twice."""

    password = secret("新密码", missing="请填写新密码", autocomplete="new-password", hint=RULES)
    again = secret("再输一次新密码", missing="请再输一次新密码", autocomplete="new-password")

    def clean(self) -> dict[str, str]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "两次输入的密码不一样，请重新输入")
        return cleaned


class RegistrationForm(TwicePassword, PhoneForm):
    """Reports everything that is wrong at once. The services check the same again."""

    name = text("姓名", missing="请填写身份证上的姓名", hint="和身份证上一样", field=NameField, autocomplete="name")
    number = text("公民身份号码", missing="请填写 18 位公民身份号码", most=18, field=NumberField)
    phone = text(
        "手机号",
        missing="请填写手机号",
        most=20,
        field=PhoneField,
        hint="以后用它登录、收验证码",
        autocomplete="tel",
        inputmode="numeric",
    )
    field_order = ("name", "number", "phone", "password", "again")

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"])
        if not is_resident_number(number, clock.legal_day(clock.now())):
            raise forms.ValidationError(BAD_RESIDENT_NUMBER)
        return number

    def clean(self) -> dict[str, str]:
        cleaned = super().clean()
        own = [phone_in(cleaned.get("phone", "")), cleaned.get("number", "")]
        if "password" in cleaned and (problem := password_problem(cleaned["password"], own=own)):
            self.add_error("password", problem)
        return cleaned


class NumberForm(Form):
    name = text("姓名", missing="请填写身份证上的姓名", hint="和身份证上一样", field=NameField, autocomplete="name")
    number = text("公民身份号码", missing="请填写 18 位公民身份号码", most=18, field=NumberField)


class ForgottenForm(PhoneForm):
    number = text(
        "证件号码",
        missing="请填写证件号码",
        most=18,
        field=NumberField,
        hint="公民身份号码；企业账号填统一社会信用代码",
    )
    field_order = ("number", "phone")

    def clean_number(self) -> str:
        typed = str(self.cleaned_data["number"])
        if not number_in(typed):
            raise forms.ValidationError(BAD_NUMBER)
        return typed


class NewPasswordForm(CodeForm, TwicePassword):
    field_order = ("code", "password", "again")


class ConfirmForm(Form):
    password = secret("登录密码", missing="请填写登录密码", autocomplete="current-password")


class DeviceForm(ConfirmForm):
    """The password as one more proof, and whether the account should trust this browser."""

    remember = forms.BooleanField(
        label="记住这台设备：180 天内再来，用短信验证码就能登录",
        help_text="只在自己的手机、电脑上勾选；网吧等处的公用电脑，请不要勾选",
        required=False,
    )


class CloseForm(Form):
    sure = forms.BooleanField(
        label="我明白：注销后不能再用这个账号登录，手机号可以另外注册；已办的事项和证照按规定保存",
        error_messages={"required": "请先勾选，表示您明白注销以后会怎样"},
    )


class KeyNameForm(Form):
    name = text("名称", missing="请给这个通行密钥起个名字", most=40, hint="例如：我的手机")
