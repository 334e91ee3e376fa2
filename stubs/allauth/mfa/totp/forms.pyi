from django import forms
from django.contrib.auth.base_user import AbstractBaseUser

class ActivateTOTPForm(forms.Form):
    user: AbstractBaseUser
    secret: str
    def clean_code(self) -> str: ...
