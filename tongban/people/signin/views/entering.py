"""Sign in by password or SMS, followed by a second factor where the account has one; sign out."""

from allauth.account.internal.flows import login as logins
from allauth.account.internal.flows import logout
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.ui.audience import public
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.pages import render
from tongban.people.identity.capacity import in_any_name
from tongban.people.identity.queries import Account
from tongban.people.signin import gateways, known_browsers, ports, queries, services
from tongban.people.signin.adapters import AccountAdapter
from tongban.people.signin.addresses import address_of
from tongban.people.signin.forms import CodeForm, PhoneForm, SignInForm
from tongban.people.signin.rules import ON_SHARED_COMPUTER, SIGNED_IN_BY, SignInBy
from tongban.people.signin.visitors import browser_of, name_browser

CODE_SENT = "signin.code"
"""Session key: the code that was sent, and where to go afterwards."""


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by password. An unknown account and a wrong password get the same answer."""
    if request.method != "POST" and request.user.is_authenticated:
        return redirect(wanted_page(request) or AccountAdapter().get_login_redirect_url(request))
    form = SignInForm.of(request)
    if form.is_valid():
        name, password = form.cleaned_data["login_name"], form.cleaned_data["password"]
        with form.refusals():
            account = services.prove_password(
                name, password, address=address_of(request), device_of=known_browsers.of_request(request)
            )
            return enter(request, account, by=SignInBy.PASSWORD, shared=form.cleaned_data["shared"])
    return _page(request, "signin/sign_in.html", form)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_code(request: HttpRequest) -> HttpResponse:
    """Send a code by SMS. Nothing on the page reveals whether the phone has an account."""
    name_browser(request)
    form = PhoneForm.of(request)
    if form.is_valid():
        with form.refusals():
            code_id = services.send_sign_in_code(
                form.cleaned_data["phone"],
                address=address_of(request),
                browser=browser_of(request),
                device_of=known_browsers.of_request(request),
            )
            request.session[CODE_SENT] = {"id": str(code_id), "next": wanted_page(request)}
            return redirect("signin:check-code")
    return _page(request, "signin/ask_code.html", form)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_code(request: HttpRequest) -> HttpResponse:
    """Sign in with the code from the SMS."""
    sent = request.session.get(CODE_SENT)
    if not sent:
        return redirect("signin:ask-code")
    form = CodeForm.of(request)
    if form.is_valid():
        with form.refusals():
            account = services.prove_code(sent["id"], form.cleaned_data["code"])
            del request.session[CODE_SENT]
            return enter(request, account, by=SignInBy.CODE, wanted=sent["next"])
    delivery = queries.delivery_of(sent["id"])
    return _page(request, "signin/check_code.html", form, delivery=delivery, wanted=sent["next"])


@in_any_name
@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out and delete the session on the server."""
    logout.logout(request, show_message=False)
    return redirect("/")


def enter(
    request: HttpRequest, account: Account, *, by: SignInBy, wanted: str = "", shared: bool = False
) -> HttpResponse:
    """Go on after the first proof: to the second factor, to one more proof, or to a session under a new key.

    `shared`: the computer is one that others use too, so that the account must not trust it.
    """
    method = SignInBy.PASSWORD if by == SignInBy.PASSWORD else SignInBy.CODE
    logins.record_authentication(request, account, method=method.value)
    state = {SIGNED_IN_BY: by.value, ON_SHARED_COMPUTER: shared}
    login = Login(user=account, redirect_url=wanted or wanted_page(request) or None, state=state)
    response: HttpResponse = logins.perform_login(request, login)
    return response


def wanted_page(request: HttpRequest) -> str:
    """Return the page of ours to go to after signing in, or ""."""
    return get_next_redirect_url(request) or ""


def _page(request: HttpRequest, template: str, form: Form, *, delivery: str = "", wanted: str = "") -> HttpResponse:
    context: dict[str, object] = {
        "form": form,
        "next": wanted or wanted_page(request),
        "others": ports.ways_to_sign_in.fill(request),
        "demo_phone": gateways.is_demo(),
        "delivery": delivery,
    }
    return render(request, template, context, status=form.status)
