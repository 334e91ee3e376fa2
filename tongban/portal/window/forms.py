"""Forms of the window: the person who is present, their account, and the document reader's receipt."""

from django import forms

from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.typed_fields import CompactField, NameField, NumberField, PhoneField


class PresentForm(Form):
    """The person who is present, as on their document. The services check numbers and names."""

    number = NumberField(
        label="公民身份号码",
        max_length=18,
        error_messages={"required": "请填写证件上的 18 位号码", "max_length": "公民身份号码是 18 位，请检查有没有多输"},
    )
    name = NameField(
        label="姓名", max_length=60, error_messages={"required": "请填写证件上的姓名", "max_length": "姓名最多 60 个字"}
    )
    credit_code = NumberField(
        label="统一社会信用代码",
        max_length=18,
        required=False,
        error_messages={"max_length": "统一社会信用代码是 18 位，请检查有没有多输"},
    )
    phone = PhoneField(
        label="联系手机", max_length=11, required=False, error_messages={"max_length": "手机号是 11 位，请检查"}
    )
    seen = forms.BooleanField(error_messages={"required": "请当面核对证件原件，再勾选"})


class AccountForm(Form):
    """The account of the person who is present, by its phone number, and the phone that is to replace it."""

    phone = PhoneField(
        label="到场人账号的手机号",
        max_length=20,
        required=False,
        error_messages={"max_length": "手机号是 11 位，请检查"},
    )
    new_phone = PhoneField(
        label="换成的新手机号",
        max_length=20,
        required=False,
        error_messages={"max_length": "手机号是 11 位，请检查"},
    )


class NewPhoneCodeForm(Form):
    """The code that the new phone received, typed by the person who is present."""

    code = CompactField(
        label="新手机号收到的验证码",
        max_length=12,
        help_text="请到场人自己输入，不用念出来；5 分钟内有效",
        error_messages={"required": "请到场人填写短信里的 6 位数字", "max_length": "验证码是 6 位数字，请检查"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class ReceiptForm(Form):
    """The receipt that the document reader's bridge signed."""

    receipt = forms.CharField(
        label="读卡回执",
        help_text="读卡程序读完后给出的一段文字，整段粘贴",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        error_messages={"required": "请先读卡，再把读卡回执粘贴到这里", "max_length": "读卡回执太长，请重新读卡"},
    )
