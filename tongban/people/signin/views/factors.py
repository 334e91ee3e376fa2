"""Add and remove second factors: TOTP, passkeys, recovery codes. allauth stores them; the pages are ours."""

from typing import Any  # what Django passes on to a form

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, RemoveWebAuthnView
from django import forms
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.foundation.ui.pages import render
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.requests import Request
from tongban.people.identity.stepup import check_fresh_second_factor
from tongban.people.signin import session_guard
from tongban.people.signin.adapters import MFAAdapter
from tongban.people.signin.forms import UNREADABLE, Credential, KeyNameForm
from tongban.people.signin.queries import has_factor
from tongban.people.signin.views.account import account_of
from tongban.people.signin.views.pages import PortalPage
from tongban.people.signin.words import ERRORS

MINUTES = 15
"""How old the proof for a change of factors may be: setting up an app takes a while."""


def check_may_change(request: HttpRequest) -> None:
    """Raise ProofNeeded unless the proof is fresh. Without a factor and a phone, the password alone is enough."""
    account = account_of(request)
    check_fresh_second_factor(request, minutes=MINUTES, factor=has_factor(account) or bool(account.phone))


@method_decorator(sign_in_required, name="dispatch")
class Change(PortalPage):
    """A page that changes factors. It asks for a fresh proof before it shows anything."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        check_may_change(request)
        response = super().dispatch(request, *args, **kwargs)
        if (
            request.method == "POST"
            and session_guard.OWES_FACTOR in request.session
            and has_factor(account_of(request))
        ):
            del request.session[session_guard.OWES_FACTOR]
        return response


class TotpForm(ActivateTOTPForm):
    code = forms.CharField(
        label="验证器里的 6 位数字",
        max_length=12,
        error_messages={"required": "请填写验证器里显示的 6 位数字"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        self.cleaned_data["code"] = self.cleaned_data["code"].replace(" ", "")
        try:
            return super().clean_code()
        except forms.ValidationError:
            raise forms.ValidationError("数字不对，请看手机上现在的一组；手机的时间也要准。") from None


class AddTotp(Change, ActivateTOTPView):
    template_name = "signin/totp.html"
    form_class = TotpForm

    def form_valid(self, form: BaseForm) -> HttpResponse:
        response = super().form_valid(form)
        record_authentication(self.request, account_of(self.request), "mfa", type="totp")
        self.request.session.cycle_key()
        return response


class RemoveTotp(Change, DeactivateTOTPView):
    template_name = "signin/totp_off.html"


class PasskeyForm(AddWebAuthnForm):
    credential = Credential()
    name = forms.CharField(label="名称", max_length=40, required=False, help_text="例如：我的手机")

    def clean(self) -> dict[str, object]:
        try:
            return super().clean()
        except (forms.ValidationError, *UNREADABLE):
            raise forms.ValidationError("没有添加成功，请再试一次；这个设备可能已经添加过。") from None


class AddPasskey(Change, AddWebAuthnView):
    """Add a passkey that signs in without a password: stored on the device and unlocked by its holder."""

    template_name = "signin/passkey_add.html"
    form_class = PasskeyForm

    def form_valid(self, form: BaseForm) -> HttpResponse:
        response = super().form_valid(form)
        record_authentication(self.request, account_of(self.request), "mfa", type="webauthn")
        self.request.session.cycle_key()
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        context["form"] = kwargs.get("form") or context["form"]
        context["js_data"] = {"creation_options": webauthn.begin_registration(account_of(self.request), True)}
        return context


class RemovePasskey(Change, RemoveWebAuthnView):
    template_name = "signin/passkey_remove.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        if not MFAAdapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, ERRORS["cannot_delete_authenticator"])
            return redirect("mfa_index")
        return super().form_valid(form)


class RenamePasskey(Change, EditWebAuthnView):
    template_name = "signin/passkey_rename.html"
    success_url = reverse_lazy("mfa_index")

    def get_form_class(self) -> type[BaseForm]:
        return _Rename


class _Rename(KeyNameForm):
    def __init__(self, *args: Any, instance: Authenticator, **kwargs: Any) -> None:
        self.instance = instance
        kwargs["initial"] = {"name": instance.wrap().name}
        super().__init__(*args, **kwargs)

    def save(self) -> Authenticator:
        self.instance.data["name"] = self.cleaned_data["name"]
        self.instance.save(update_fields=["data"])
        return self.instance


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD"])
def recovery_codes(request: Request) -> HttpResponse:
    """Show the codes once, afterwards only how many are left."""
    check_may_change(request)
    found, may_see = recovery.view_recovery_codes(request)
    unused = found.get_unused_codes() if found else []
    context = {"codes": unused if may_see else [], "left": len(unused), "known": found is not None}
    return render(request, "signin/recovery_codes.html", context)


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_recovery_codes(request: Request) -> HttpResponse:
    """Generate new codes, which replace the old ones."""
    check_may_change(request)
    if not has_factor(account_of(request)):
        messages.error(request, "请先开通动态口令或通行密钥，再生成备用码。")
        return redirect("mfa_index")
    if request.method == "POST":
        recovery.generate_recovery_codes(request)
        return redirect("mfa_view_recovery_codes")
    return render(request, "signin/recovery_new.html", {})
