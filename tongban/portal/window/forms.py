from django import forms


class PresentForm(forms.Form):
    """Who is present, as his document says; the services check numbers and names."""

    number = forms.CharField(
        label="公民身份号码",
        max_length=18,
        error_messages={"required": "请填写证件上的 18 位号码", "max_length": "公民身份号码是 18 位，请检查有没有多输"},
    )
    name = forms.CharField(
        label="姓名", max_length=60, error_messages={"required": "请填写证件上的姓名", "max_length": "姓名最多 60 个字"}
    )
    credit_code = forms.CharField(
        label="统一社会信用代码",
        max_length=18,
        required=False,
        error_messages={"max_length": "统一社会信用代码是 18 位，请检查有没有多输"},
    )
    phone = forms.CharField(
        label="联系手机", max_length=11, required=False, error_messages={"max_length": "手机号是 11 位，请检查"}
    )
    seen = forms.BooleanField(error_messages={"required": "请当面核对证件原件，再勾选"})
