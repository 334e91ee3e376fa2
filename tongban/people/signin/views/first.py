"""In place of an initial password, the person's own: before that, no other page opens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import DomainError
from tongban.foundation.ui.pages import render
from tongban.foundation.ui.refusals import add_refusal
from tongban.people.identity.access import sign_in_required
from tongban.people.signin import services
from tongban.people.signin.forms import TwicePassword
from tongban.people.signin.views.account import account_of, go_on_with


@never_cache
@sensitive_post_parameters()
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: HttpRequest) -> HttpResponse:
    """The initial password was the proof, and is used up; so none is asked for again here."""
    account = account_of(request)
    if account.initial_until is None:
        return redirect("mfa_index")
    form = TwicePassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staying = request.session.session_key or ""
            changed = services.choose_first_password(account, form.cleaned_data["password"], staying=staying)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            go_on_with(request, changed)
            messages.success(request, "密码已改好，只有您自己知道。现在可以登记手机号、开通二次验证，再开始办理业务。")
            return redirect("mfa_index")
    return render(request, "signin/first_password.html", {"form": form}, status=422 if form.errors else 200)
