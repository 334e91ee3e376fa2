from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser

class AddWebAuthnForm(forms.Form):
    user: AbstractBaseUser
    def clean(self) -> dict[str, object]: ...

class AuthenticateWebAuthnForm(forms.Form):
    user: AbstractBaseUser | None
    reauthenticated: bool
    passwordless: bool
    def clean_credential(self) -> Authenticator: ...
    def save(self) -> None: ...

class LoginWebAuthnForm(AuthenticateWebAuthnForm): ...
class ReauthenticateWebAuthnForm(AuthenticateWebAuthnForm): ...
