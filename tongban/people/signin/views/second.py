"""The second step of signing in (a TOTP code, a recovery code or a passkey), and signing in by a passkey alone."""

from allauth.account.internal.stagekit import clear_login
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django import forms
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tongban.foundation.errors import DomainError
from tongban.foundation.ui.pages import render
from tongban.people.identity.queries import Account
from tongban.people.signin import known_browsers, services
from tongban.people.signin.forms import UNREADABLE, Credential
from tongban.people.signin.views.pages import PortalPage
from tongban.people.signin.words import INCORRECT, NO_PASSKEY

USED_FOR = 180
"""Seconds for which a TOTP code is remembered as used: longer than it is valid, including the tolerance."""


class SingleUseCodeForm(BaseAuthenticateForm):
    """A form that locks after failures and accepts each code only once.

    allauth forgets a used TOTP code after one period of 30 s. With a tolerance of one period it is valid for 90 s.
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

        account = self.user
        assert isinstance(account, Account)
        try:
            made = services.begin_factor_try(account, device=known_browsers.device_of(context.request, account))
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        typed = normalize_user_code(self.cleaned_data["code"])  # as allauth compares it: "123-456." equals 123456
        self.cleaned_data["code"] = typed
        if not cache.add(f"signin.used:{self.user.pk}:{typed}", 1, timeout=USED_FOR):
            raise forms.ValidationError(INCORRECT)
        try:
            code = super().clean_code()
        except forms.ValidationError:
            cache.delete(f"signin.used:{self.user.pk}:{typed}")
            services.fail_factor_try(account, made)
            raise
        made.succeeded()
        return code


class SecondFactorForm(SingleUseCodeForm, AuthenticateForm):
    """The code at sign-in."""


class ReauthenticateByCodeForm(SingleUseCodeForm, ReauthenticateForm):
    """The code at step-up."""


class PasskeyAnswerMixin(AuthenticateWebAuthnForm):
    """A base to put before allauth's forms: an answer with the wrong shape is refused instead of crashing."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except UNREADABLE:
            raise forms.ValidationError(NO_PASSKEY) from None


class SecondFactorPasskeyForm(PasskeyAnswerMixin):
    credential = Credential()


class PasskeySignInForm(PasskeyAnswerMixin, LoginWebAuthnForm):
    credential = Credential()


class ReauthenticateByPasskeyForm(PasskeyAnswerMixin, ReauthenticateWebAuthnForm):
    credential = Credential()


class SecondFactorView(PortalPage, AuthenticateView):
    """Ask for the second factor after the password or SMS code, before the session begins."""

    template_name = "signin/second.html"
    form_class = SecondFactorForm
    webauthn_form_class = SecondFactorPasskeyForm

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        context = self.get_context_data()
        return render(self.request, self.template_name, context, status=422)


class PasskeySignIn(LoginWebAuthnView):
    """Hand out a challenge (`Accept: application/json`) and accept the answer.

    Somebody who has given a password and waits at the second step may use this too: that sign-in is abandoned.
    """

    form_class = PasskeySignInForm

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            clear_login(request)
        return super().dispatch(request, *args, **kwargs)
