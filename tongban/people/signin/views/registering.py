"""Register, and reset a forgotten password: two pages each; the session keeps what was typed on the first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation.ui.audience import public
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.pages import render
from tongban.people.signin import gateways, known_browsers, queries, services
from tongban.people.signin.addresses import address_of
from tongban.people.signin.forms import CodeForm, ForgottenForm, NewPasswordForm, RegistrationForm
from tongban.people.signin.rules import SignInBy
from tongban.people.signin.views.entering import enter, wanted_page
from tongban.people.signin.visitors import browser_of, name_browser

REGISTERING, RESETTING = "signin.registering", "signin.resetting"
"""Session keys: what was typed and the id of the code. Sessions are encrypted."""


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Ask for name, number, phone and password, then send a code. Signed-in people are redirected."""
    if request.method != "POST" and request.user.is_authenticated:
        return redirect("mfa_index")
    name_browser(request)
    form = RegistrationForm.of(request)
    if form.is_valid():
        typed = {key: form.cleaned_data[key] for key in ("name", "number", "phone", "password")}
        wanted = services.Registration(**typed)
        with form.refusals():
            code_id = services.begin_registration(wanted, address=address_of(request), browser=browser_of(request))
            state = {"code": str(code_id), "typed": wanted.as_dict(), "next": wanted_page(request)}
            request.session[REGISTERING] = state
            return redirect("signin:register-check")
    return _page(request, "signin/register.html", form)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register_check(request: HttpRequest) -> HttpResponse:
    """Accept the code, open the account and sign its holder in."""
    state = request.session.get(REGISTERING)
    if not state:
        return redirect("signin:register")
    form = CodeForm.of(request)
    if form.is_valid():
        wanted = services.Registration(**state["typed"])
        with form.refusals():
            account = services.finish_registration(wanted, state["code"], form.cleaned_data["code"])
            del request.session[REGISTERING]
            messages.success(request, "账号开好了，以后用手机号登录。实名等级可以在“账号与安全”里查看和提升。")
            return enter(request, account, by=SignInBy.REGISTRATION, wanted=state.get("next", ""))
    delivery = queries.delivery_of(state["code"])
    return _page(request, "signin/register_check.html", form, delivery=delivery, wanted=state.get("next", ""))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for phone and number, then send a code. The page is the same if they have no account."""
    name_browser(request)
    form = ForgottenForm.of(request)
    if form.is_valid():
        with form.refusals():
            code_id = services.send_reset_code(
                **form.cleaned_data,
                address=address_of(request),
                browser=browser_of(request),
                device_of=known_browsers.of_request(request),
            )
            request.session[RESETTING] = str(code_id)
            return redirect("signin:forgotten-check")
    return _page(request, "signin/forgotten.html", form)


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten_check(request: HttpRequest) -> HttpResponse:
    """Accept the code and a new password. Signing in follows as usual, with a second factor if there is one."""
    code_id = request.session.get(RESETTING)
    if not code_id:
        return redirect("signin:forgotten")
    form = NewPasswordForm.of(request)
    if form.is_valid():
        typed = form.cleaned_data
        with form.refusals():
            services.reset_password(
                code_id,
                typed["code"],
                typed["password"],
                trusted=lambda account: known_browsers.is_trusted(request, account),
            )
            del request.session[RESETTING]
            messages.success(request, "新密码已设好，请用新密码登录。")
            return redirect("account_login")
    return _page(request, "signin/forgotten_check.html", form, delivery=queries.delivery_of(code_id))


def _page(request: HttpRequest, template: str, form: Form, *, delivery: str = "", wanted: str = "") -> HttpResponse:
    context = {
        "form": form,
        "next": wanted or wanted_page(request),
        "demo_phone": gateways.is_demo(),
        "delivery": delivery,
    }
    return render(request, template, context, status=form.status)
