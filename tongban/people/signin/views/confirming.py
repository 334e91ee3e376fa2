"""Step-up (再次确认是您本人): by a second factor, otherwise by password and SMS. Then the act is resumed as typed."""

import time

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.views import ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.pages import render
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.capacity import in_any_name
from tongban.people.identity.requests import Request
from tongban.people.signin import gateways, known_browsers, queries, services
from tongban.people.signin.addresses import address_of
from tongban.people.signin.forms import CodeForm, ConfirmForm
from tongban.people.signin.pending_acts import WANTED, return_to_act
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
    """Ask for the password, then for a code to the phone; skip either if it is fresh already."""
    account = account_of(request)
    if has_factor(account):
        return _redirect_to(request, "mfa_reauthenticate")
    wanted = request.session.get(WANTED, {})
    fresh = _fresh_methods(request, wanted.get("minutes", 5))
    by_code = not account.has_usable_password() or (wanted.get("factor", True) and "password" in fresh)
    form = CodeForm.of(request, when="code") if by_code else ConfirmForm.of(request, when="password")
    sending = Form.of(request, when="send")
    if sending.is_valid():
        with sending.refusals():
            code_id = services.send_confirmation(account, address=address_of(request))
            request.session[SENT] = str(code_id)
            messages.success(request, "正在把验证码发到您账号里的手机号，一分钟内会收到。", fail_silently=True)
            return _redirect_to(request, "account_reauthenticate")
    elif form.is_valid():
        with form.refusals():
            return _proved(request, form, by_code=by_code, more=wanted.get("factor", True))
    context = {
        "form": form,
        "sending": sending,
        "by_code": by_code,
        "sent": SENT in request.session,
        "delivery": queries.delivery_of(request.session[SENT]) if SENT in request.session else "",
        "phone": account.phone,
        "next": _next(request),
        "demo_phone": gateways.is_demo(),
    }
    return render(request, "signin/confirm.html", context, status=max(form.status, sending.status))


def _proved(request: Request, form: Form, *, by_code: bool, more: bool) -> HttpResponse:
    account = account_of(request)
    if by_code:
        services.confirm_code(account, request.session.get(SENT, account.pk), form.cleaned_data["code"])
        request.session.pop(SENT, None)
        record_authentication(request, account, "code", reauthenticated=True)
        request.session.cycle_key()
        return return_to_act(request, _next(request))
    services.confirm_password(
        account,
        form.cleaned_data["password"],
        address=address_of(request),
        device=known_browsers.device_of_session(request, account),
    )
    record_authentication(request, account, "password")
    request.session.cycle_key()
    if more and "code" not in _fresh_methods(request, 5):
        return _redirect_to(request, "account_reauthenticate")
    return return_to_act(request, _next(request))


class ReauthenticateByFactor(PortalPage, ReauthenticateView):
    """Prove again by a TOTP code, a recovery code or a passkey."""

    template_name = "signin/again.html"
    form_class = ReauthenticateByCodeForm

    def _check_reauthentication_method_available(self, request: HttpRequest) -> HttpResponse | None:
        if has_factor(account_of(request)):
            return None
        return _redirect_to(request, "account_reauthenticate")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        account = account_of(self.request)
        if Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN).exists():
            context["js_data"] = {"request_options": webauthn.begin_authentication(account)}
        return context | {"next": _next(self.request)}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        assert isinstance(form, ReauthenticateByCodeForm)
        form.save()
        self.request.session.cycle_key()
        return return_to_act(self.request, _next(self.request))


class ReauthenticateByPasskey(ReauthenticateWebAuthnView):
    """Accept the passkey's answer to the challenge of the page before."""

    form_class = ReauthenticateByPasskeyForm

    def _check_reauthentication_method_available(self, request: HttpRequest) -> None:
        return None

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return _redirect_to(request, "mfa_reauthenticate")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        assert isinstance(form, ReauthenticateByPasskeyForm)
        form.save()
        self.request.session.cycle_key()
        return return_to_act(self.request, _next(self.request))

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        messages.error(self.request, INCORRECT)
        return _redirect_to(self.request, "mfa_reauthenticate")


def _redirect_to(request: HttpRequest, to: str) -> HttpResponse:
    """Redirect to the next page of the proof, keeping the address to return to."""
    return redirect(f"{reverse(to)}?{urlencode({'next': _next(request)})}")


def _next(request: HttpRequest) -> str:
    return get_next_redirect_url(request) or ""


def _fresh_methods(request: Request, minutes: int) -> set[str]:
    since = time.time() - minutes * 60
    return {r["method"] for r in get_authentication_records(request, account_of(request)) if r["at"] >= since}
