"""Object to a window check (异议), with the code from the message or signed in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.city import city
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.forms import Form
from tongban.foundation.ui.pages import render
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.requests import Request
from tongban.people.signin import services
from tongban.people.signin.addresses import address_of
from tongban.people.signin.forms import text
from tongban.people.signin.views.account import account_of

DONE = (
    "异议已经生效：那次窗口核验作废，它归到您名下的账号也不再归在您名下。"
    "主管部门会调查，并给您答复；着急的请拨打 {hotline}。"
)


class ObjectionForm(Form):
    code = text(
        "异议码", missing="请填写短信里的异议码", most=20, hint="短信里的 12 个字母和数字，中间的横线填不填都可以"
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_code(request: Request) -> HttpResponse:
    """Object without an account, with the code sent to a phone by which the person was known."""
    form = ObjectionForm.of(request)
    if form.is_valid():
        with form.refusals():
            services.object_by_code(form.cleaned_data["code"], address=address_of(request))
            messages.success(request, DONE.format(hotline=city().hotline))
            return redirect("signin:objection")
    return render(request, "signin/objection.html", {"form": form}, status=form.status)


@never_cache
@sign_in_required
@require_POST
def signed_in(request: Request, check_id: UUID) -> HttpResponse:
    """Object while signed in."""
    services.object_signed_in(check_id, account_of(request))
    messages.success(request, DONE.format(hotline=city().hotline))
    return redirect("mfa_index")
