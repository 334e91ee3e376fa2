from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser

class BaseAuthenticateForm(forms.Form):
    user: AbstractBaseUser
    authenticator: Authenticator
    def clean_code(self) -> str: ...

class AuthenticateForm(BaseAuthenticateForm):
    def save(self) -> None: ...

class ReauthenticateForm(BaseAuthenticateForm):
    def save(self) -> None: ...
