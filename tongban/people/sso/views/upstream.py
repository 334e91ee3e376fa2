"""Sign in with an identity of the state: by the national platform or the network-identity service."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.internal.flows import login as logins
from allauth.account.models import Login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.forms import Form
from tongban.people.identity import stepup
from tongban.people.identity.queries import Account
from tongban.people.signin.queries import SIGNED_IN_BY, SignInBy
from tongban.people.sso import ctid, forms
from tongban.people.sso.provider import NationalOAuth2Adapter
from tongban.people.sso.services import upstream

ASKED, KNOWN = "sso.ctid-asked", "sso.ctid"
"""Session keys: the state that was sent and where to go afterwards; the 网号 that was returned."""


@dataclass(frozen=True)
class Way:
    """A way to sign in, for the slot on the sign-in page."""

    text: str
    href: str
    note: str = ""


def ways(request: HttpRequest) -> list[Way]:
    """Return the configured ways."""
    found = []
    if settings.NATIONAL_OIDC_ISSUER:
        found.append(Way("国家政务服务平台账号登录", reverse("sso:national"), "全国通用，实名等级也一起带来"))
    if settings.CTID_URL:
        found.append(Way("国家网络身份认证登录", reverse("sso:ctid"), "自愿使用，可以不提供姓名和号码"))
    return found


@public
@never_cache
@require_safe
def national(request: HttpRequest) -> HttpResponse:
    """Redirect to the national platform."""
    if not settings.NATIONAL_OIDC_ISSUER:
        raise Http404
    nonce = secrets.token_urlsafe(24)
    provider = get_adapter().get_provider(request, provider="national")
    answer: HttpResponse = provider.redirect(
        request, process="login", next_url=_wanted(request), auth_params={"nonce": nonce}, nonce=nonce
    )
    return answer


@public
@never_cache
@require_safe
def national_back(request: HttpRequest) -> HttpResponse:
    """Accept the return from the national platform with a code."""
    try:
        view = OAuth2CallbackView.adapter_view(NationalOAuth2Adapter(request, "national"))
        answer: HttpResponse = view(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer


@public
@never_cache
@require_safe
def to_ctid(request: HttpRequest) -> HttpResponse:
    """Redirect to the network-identity service."""
    state = secrets.token_urlsafe(24)
    request.session[ASKED] = {"state": state, "next": _wanted(request)}
    back = f"{settings.PUBLIC_ADDRESS}{reverse('sso:ctid-back')}"
    return redirect(_service().address(state=state, back=back))


@public
@never_cache
@require_safe
def ctid_back(request: HttpRequest) -> HttpResponse:
    """Accept the return with a credential: sign in if the 网号 is known, otherwise go to the page for new ones."""
    asked = request.session.pop(ASKED, None)
    given = request.GET.get("state", "")
    if not asked or not secrets.compare_digest(asked["state"].encode(), given.encode()):
        raise ctid.NetworkIdentityRefused
    network_id = _service().redeem(request.GET.get("credential", ""))
    account = upstream.account_of_network_id(network_id)
    if account is not None:
        return _enter(request, account, asked["next"])
    request.session[KNOWN] = {"network_id": network_id, "next": asked["next"]}
    return redirect("sso:ctid-first")


@public
@never_cache
@sensitive_post_parameters("name", "number")
@require_http_methods(["GET", "HEAD", "POST"])
def ctid_first(request: HttpRequest) -> HttpResponse:
    """Let a new 网号 be bound to the signed-in account, to one by name and number, or to a new one."""
    known = request.session.get(KNOWN)
    if not known:
        return redirect("account_login")
    account = request.user if isinstance(request.user, Account) else None
    how = request.POST.get("how", "")
    form, button = forms.NameAndNumber.of(request, when="name"), Form.of(request, when="how")
    if button.is_valid():
        if account is not None and how == "bind":
            _check_may_bind(request, account)
        with (form if form.is_bound else button).refusals():
            chosen = _chosen(how, known["network_id"], form, account)
            if chosen is not None:
                del request.session[KNOWN]
                return redirect(known["next"] or "/") if chosen == account else _enter(request, chosen, known["next"])
    way_back = f"{settings.LOGIN_URL}?{urlencode({'next': request.path}, safe='/')}"
    context = {"form": form, "button": button, "signed_in": account is not None, "sign_in": way_back}
    return pages.render(request, "sso/ctid.html", context, status=max(form.status, button.status))


def _check_may_bind(request: HttpRequest, account: Account) -> None:
    """Raise ProofNeeded unless the person has proved who they are: binding adds a way to sign in, like a passkey."""
    stepup.check_fresh_second_factor(request, minutes=15, factor=bool(account.phone))
    stepup.check_second_factor_in_use(request, minutes=15)


def _chosen(how: str, network_id: str, form: forms.NameAndNumber, account: Account | None) -> Account | None:
    if how == "bind" and account is not None:
        upstream.bind_network_id(network_id, account)
        return account
    if how == "nameless" and account is None:
        return upstream.open_nameless_account(network_id)
    if how == "match" and form.is_valid():
        name, number = form.cleaned_data["name"], form.cleaned_data["number"]
        if not _service().matches(network_id, name=name, number=number):
            form.add_error("number", "姓名和号码与您的网络身份不一致，请检查。")
            return None
        proven = upstream.VerifiedPerson(name, number, 3, upstream.NETWORK, "")
        found = upstream.account_of_verified(proven, current=account)
        upstream.bind_network_id(network_id, found)
        return found
    return None


def _enter(request: HttpRequest, account: Account, wanted: str) -> HttpResponse:
    if request.user.is_authenticated and request.user.pk != account.pk:
        account_adapter(request).logout(request)
    logins.record_authentication(request, account, method="ctid")
    state = {SIGNED_IN_BY: SignInBy.STATE_IDENTITY.value}
    response: HttpResponse = logins.perform_login(request, Login(account, redirect_url=wanted or None, state=state))
    return response


def _service() -> ctid.NetworkIdentity:
    service = ctid.current()
    if service is None:
        raise Http404
    return service


def _wanted(request: HttpRequest) -> str:
    """Return the requested page if it is ours, otherwise ""."""
    address = request.GET.get("next", "")
    own = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return address if own else ""
