from django import forms


class SignInForm(forms.Form):
    login_name = forms.CharField(
        label="账号",
        max_length=60,
        error_messages={"required": "请填写账号", "max_length": "账号最多 60 个字符"},
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        error_messages={"required": "请填写密码", "max_length": "密码最多 200 个字符"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
