"""The second step of signing in: a TOTP code, a recovery code, or a passkey; and signing in by a passkey alone."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django import forms
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from tongban.foundation.errors import DomainError
from tongban.foundation.ui.pages import render
from tongban.people.signin import known, services
from tongban.people.signin.forms import UNREADABLE, Credential
from tongban.people.signin.views.pages import PortalPage
from tongban.people.signin.words import INCORRECT, NO_PASSKEY

USED_FOR = 180
"""Seconds for which a TOTP code stays used: longer than it is valid with its tolerance."""


class SingleUseCodeForm(BaseAuthenticateForm):
    """Locks after failures, and takes each code one time only.

    allauth forgets a used TOTP code after one period of 30 s, though with a tolerance of one period it is valid for 90.
    """

    code = forms.CharField(
        label="动态口令或备用码",
        max_length=20,
        help_text="验证器应用里的 6 位数字；手机不在身边，可以填一个备用码",
        error_messages={"required": "请填写动态口令"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        from allauth.core import context

        try:
            made = services.begin_factor_try(self.user, device=known.device_of(context.request, self.user))
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        typed = normalize_user_code(self.cleaned_data["code"])  # as the code is compared: "123-456." is 123456 too
        self.cleaned_data["code"] = typed
        if not cache.add(f"signin.used:{self.user.pk}:{typed}", 1, timeout=USED_FOR):
            raise forms.ValidationError(INCORRECT)
        try:
            code = super().clean_code()
        except forms.ValidationError:
            cache.delete(f"signin.used:{self.user.pk}:{typed}")
            services.fail_factor_try(self.user, made)
            raise
        made.succeeded()
        return code


class SecondFactorForm(SingleUseCodeForm, AuthenticateForm):
    """At sign-in."""


class ReauthenticateByCodeForm(SingleUseCodeForm, ReauthenticateForm):
    """At step-up."""


class PasskeyAnswerMixin:
    """Put before a form of the library: an answer of another shape than a passkey's is a wrong one, and no crash."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE:
            raise forms.ValidationError(NO_PASSKEY) from None


class SecondFactorPasskeyForm(PasskeyAnswerMixin, AuthenticateWebAuthnForm):
    credential = Credential()


class PasskeySignInForm(PasskeyAnswerMixin, LoginWebAuthnForm):
    credential = Credential()


class ReauthenticateByPasskeyForm(PasskeyAnswerMixin, ReauthenticateWebAuthnForm):
    credential = Credential()


class SecondFactorView(PortalPage, AuthenticateView):
    """Asked after the password or the SMS code, before the session begins."""

    template_name = "signin/second.html"
    form_class = SecondFactorForm
    webauthn_form_class = SecondFactorPasskeyForm

    def form_invalid(self, form: Any) -> HttpResponse:
        context = self.get_context_data()
        return render(self.request, self.template_name, context, status=422)


class PasskeySignIn(LoginWebAuthnView):
    """Hand out a challenge (`Accept: application/json`), and take the answer.

    Who had given a password and stands before the second step may still come in so: that sign-in is given up.
    """

    form_class = PasskeySignInForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            clear_login(request)
        return super().dispatch(request, *args, **kwargs)
