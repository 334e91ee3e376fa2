"""Replace an initial password by the person's own. No other page opens before that."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.people.identity.access import sign_in_required
from tongban.people.identity.requests import Request
from tongban.people.signin import services
from tongban.people.signin.views.account import account_of, take_new_password


@never_cache
@sensitive_post_parameters()
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: Request) -> HttpResponse:
    """Ask for the new password. The initial one was the proof and is used up, so it is not asked for again."""
    if account_of(request).initial_until is None:
        return redirect("mfa_index")
    said = "密码已改好，只有您自己知道。现在可以登记手机号、开通二次验证，再开始办理业务。"
    template = "signin/first_password.html"
    return take_new_password(request, services.choose_first_password, said=said, template=template)
