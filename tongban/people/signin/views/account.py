"""Account and security (账号与安全): credentials, sessions, real-name level."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation.ids import id_from
from tongban.foundation.ui.pages import render
from tongban.people.identity import queries as identity
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.queries import Account
from tongban.people.identity.requests import Request
from tongban.people.identity.stepup import require_fresh
from tongban.people.signin import gateways, known_browsers, queries, services
from tongban.people.signin.addresses import address_of
from tongban.people.signin.forms import CloseForm, CodeForm, PhoneForm, TwicePassword
from tongban.people.signin.sessions import session_digest
from tongban.people.signin.visitors import browser_of

CHANGING = "signin.changing-phone"
BOTH = ("GET", "HEAD", "POST")


def account_of(request: HttpRequest) -> Account:
    """Return the signed-in account. For views behind `sign_in_required`."""
    account = request.user
    assert isinstance(account, Account)
    return account


def keep_signed_in(request: Request, changed: Account, *, trusted: bool) -> None:
    """Keep this session after a change of the password, and the trust in this browser if it had any (`trusted`)."""
    update_session_auth_hash(request, changed)
    known_browsers.remember_sign_in(request, changed, trusted=trusted)
    UserSession.objects.create_from_request(request)


def take_new_password(request: Request, change: Callable[..., Account], *, said: str, template: str) -> HttpResponse:
    """Render the page for a new password. `change` sets it; `said` is shown afterwards."""
    form = TwicePassword.of(request)
    if form.is_valid():
        with form.refusals():
            staying = request.session.session_key or ""
            trusted = known_browsers.is_trusted(request, account_of(request))
            changed = change(account_of(request), form.cleaned_data["password"], staying=staying)
            keep_signed_in(request, changed, trusted=trusted)
            messages.success(request, said)
            return redirect("mfa_index")
    return render(request, template, {"form": form}, status=form.status)


@never_cache
@sign_in_required
@require_http_methods(["GET", "HEAD"])
def home(request: Request) -> HttpResponse:
    """Show everything about the account on one page."""
    account = account_of(request)
    factors = list(Authenticator.objects.filter(user_id=account.pk).order_by("type", "id"))
    evidence, own = queries.evidence_of(account), identity.is_own(account)
    level = max((one.level for one in evidence), default=0) if own else 0
    others = [one for one in identity.accounts_of(account.subject_id) if one.id != account.id] if own else []
    context = {
        "account": account,
        "sign_in_with": "、".join(queries.names_to_sign_in_with(account)),
        "level": level,
        "level_words": queries.level_in_words(level),
        "evidence": evidence,
        "totp": next((f for f in factors if f.type == "totp"), None),
        "passkeys": [f for f in factors if f.type == "webauthn"],
        "recovery": next((f for f in factors if f.type == "recovery_codes"), None),
        "sessions": queries.sessions_of(account).count(),
        "is_officer": request.actor.is_officer,
        "own": own,
        "own_from": account.own_from,
        "lost": queries.lost_phone(account),
        "offers": identity.offers_to(account.subject_id) if own else [],
        "opened_by_others": [one for one in others if not identity.is_own(one)],
        "checks": queries.checks_to_object_to(account),
        "required": settings.SECOND_FACTOR_REQUIRED,
    }
    return render(request, "signin/account.html", context)


@never_cache
@sensitive_post_parameters()
@sign_in_required
@require_fresh(methods=BOTH)
@require_http_methods(list(BOTH))
def password(request: Request) -> HttpResponse:
    """Change the password. This session stays, the others end."""
    said = "密码已修改，其他设备上的登录都已退出。"
    return take_new_password(request, services.change_password, said=said, template="signin/password.html")


@never_cache
@sign_in_required
@require_fresh(methods=BOTH)
@require_http_methods(list(BOTH))
def phone(request: Request) -> HttpResponse:
    """Ask for another phone and send a code to it."""
    form = PhoneForm.of(request)
    if form.is_valid():
        typed = form.cleaned_data["phone"]
        with form.refusals():
            code_id = services.send_phone_code(
                account_of(request), typed, address=address_of(request), browser=browser_of(request)
            )
            request.session[CHANGING] = {"code": str(code_id), "phone": typed}
            return redirect("signin:phone-check")
    return render(request, "signin/phone.html", {"form": form}, status=form.status)


@never_cache
@sign_in_required
@require_fresh(minutes=15, methods=BOTH)
@require_http_methods(list(BOTH))
def phone_check(request: Request) -> HttpResponse:
    """Accept the code from the new phone."""
    state = request.session.get(CHANGING)
    if not state:
        return redirect("signin:phone")
    form = CodeForm.of(request)
    if form.is_valid():
        with form.refusals():
            services.change_phone(account_of(request), state["phone"], state["code"], form.cleaned_data["code"])
            del request.session[CHANGING]
            messages.success(request, "手机号已更换，以后用新号码登录、收验证码。")
            return redirect("mfa_index")
    context = {"form": form, "demo_phone": gateways.is_demo(), "delivery": queries.delivery_of(state["code"])}
    return render(request, "signin/phone_check.html", context, status=form.status)


@never_cache
@sign_in_required
@require_fresh(methods=BOTH)
@require_http_methods(list(BOTH))
def close(request: Request) -> HttpResponse:
    """Explain what closing the account means, and close it."""
    form = CloseForm.of(request)
    if form.is_valid():
        with form.refusals():
            services.close_account(account_of(request), reason="本人注销")
            request.session.flush()
            return render(request, "signin/closed.html")
    return render(request, "signin/close.html", {"form": form}, status=form.status)


@never_cache
@sign_in_required
@require_http_methods(list(BOTH))
def devices(request: Request) -> HttpResponse:
    """List the account's sessions and the browsers that it trusts; end one session or all others, forget a browser."""
    account = account_of(request)
    sessions = list(queries.sessions_of(account))
    here = session_digest(request.session.session_key or "")
    if request.method == "POST" and "forget" in request.POST:
        known = id_from(request.POST["forget"])
        forgotten = known is not None and services.forget_browser(account, known)
        said = "这台设备不再被认识：在那里用短信验证码登录，要再证明一次是本人。" if forgotten else "没有这台设备。"
        messages.success(request, said)
        return redirect("usersessions_list")
    if request.method == "POST":
        others = [s.id for s in sessions if s.session_key != here]
        wanted = others if "all" in request.POST else [i for i in others if str(i) == request.POST.get("end")]
        ended = services.end_sessions(account, wanted)
        messages.success(request, f"已让 {ended} 个设备退出登录。" if ended else "没有需要退出的设备。")
        return redirect("usersessions_list")
    rows = [
        {"session": s, "here": s.session_key == here, "device": known_browsers.words_of(s.user_agent)} for s in sessions
    ]
    return render(request, "signin/devices.html", {"rows": rows, "known": queries.browsers_of(account)})
