"""Confirm that it is you (再次确认是您本人): by a factor, else by password and SMS; then the act goes on as typed."""

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.views import ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import DomainError
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.pages import render
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.capacity import in_any_name
from tongban.people.identity.requests import Request
from tongban.people.signin import gateways, known, services
from tongban.people.signin.adapters import address_of
from tongban.people.signin.forms import CodeForm, ConfirmForm
from tongban.people.signin.kept import WANTED, return_to_act
from tongban.people.signin.queries import has_factor
from tongban.people.signin.views.account import account_of
from tongban.people.signin.views.pages import PortalPage
from tongban.people.signin.views.second import ReauthenticateByCodeForm, ReauthenticateByPasskeyForm
from tongban.people.signin.words import INCORRECT

SENT = "signin.confirming"


@never_cache
@sensitive_post_parameters("password")
@in_any_name
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Request) -> HttpResponse:
    """Password first, then a code to the phone, each only where it is not fresh already."""
    account = account_of(request)
    if has_factor(account):
        return _on(request, "mfa_reauthenticate")
    wanted = request.session.get(WANTED, {})
    young = _young(request, wanted.get("minutes", 5))
    by_code = not account.has_usable_password() or (wanted.get("factor", True) and "password" in young)
    form: Form = (CodeForm if by_code else ConfirmForm)(request.POST if _filled(request) else None)
    if request.method == "POST":
        try:
            if "send" in request.POST:
                code_id = services.send_confirmation(account, address=address_of(request))
                request.session[SENT] = str(code_id)
                messages.success(request, "验证码已发到您账号里的手机号，一分钟内会收到。", fail_silently=True)
                return _on(request, "account_reauthenticate")
            if form.is_valid():
                return _proved(request, form, by_code=by_code, more=wanted.get("factor", True))
        except DomainError as refusal:
            form.refuse(refusal) if form.is_bound else messages.error(request, refusal.message)
    context = {
        "form": form,
        "by_code": by_code,
        "sent": SENT in request.session,
        "phone": account.phone,
        "next": _next(request),
        "demo_phone": gateways.is_demo(),
    }
    return render(request, "signin/confirm.html", context, status=form.status)


def _proved(request: Request, form: Form, *, by_code: bool, more: bool) -> HttpResponse:
    account = account_of(request)
    if by_code:
        services.confirm_code(account, request.session.get(SENT, account.pk), form.cleaned_data["code"])
        request.session.pop(SENT, None)
        record_authentication(request, account, "code", reauthenticated=True)
        request.session.cycle_key()
        return return_to_act(request, _next(request))
    services.confirm_password(
        account, form.cleaned_data["password"], address=address_of(request), device=known.here(request, account)
    )
    record_authentication(request, account, "password")
    request.session.cycle_key()
    if more and "code" not in _young(request, 5):
        return _on(request, "account_reauthenticate")
    return return_to_act(request, _next(request))


class ReauthenticateByFactor(PortalPage, ReauthenticateView):
    """By TOTP, recovery code, or passkey."""

    template_name = "signin/again.html"
    form_class = ReauthenticateByCodeForm

    def _check_reauthentication_method_available(self, request: Request) -> HttpResponse | None:
        if has_factor(account_of(request)):
            return None
        return _on(request, "account_reauthenticate")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        account = account_of(self.request)
        if Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN).exists():
            context["js_data"] = {"request_options": webauthn.begin_authentication(account)}
        return context | {"next": _next(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        form.save()
        self.request.session.cycle_key()
        return return_to_act(self.request, _next(self.request))


class ReauthenticateByPasskey(ReauthenticateWebAuthnView):
    """The answer of a passkey to the challenge of the page before."""

    form_class = ReauthenticateByPasskeyForm

    def _check_reauthentication_method_available(self, request: Request) -> None:
        return None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return _on(request, "mfa_reauthenticate")

    def form_valid(self, form: Any) -> HttpResponse:
        form.save()
        self.request.session.cycle_key()
        return return_to_act(self.request, _next(self.request))

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, INCORRECT)
        return _on(self.request, "mfa_reauthenticate")


def _on(request: Request, to: str) -> HttpResponse:
    """To the next page of the proof, which leads back to where it was asked for."""
    return redirect(f"{reverse(to)}?{urlencode({'next': _next(request)})}")


def _next(request: Request) -> str:
    return get_next_redirect_url(request) or ""


def _filled(request: Request) -> bool:
    return request.method == "POST" and "send" not in request.POST


def _young(request: Request, minutes: int) -> set[str]:
    since = time.time() - minutes * 60
    return {r["method"] for r in get_authentication_records(request, account_of(request)) if r["at"] >= since}
