"""One more proof after a code to the phone, in a browser that the account does not trust; before the session begins."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginStageController
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation.ui.audience import public
from tongban.foundation.ui.pages import render
from tongban.people.identity.queries import Account
from tongban.people.signin import known_browsers, ports, queries, services
from tongban.people.signin.addresses import address_of
from tongban.people.signin.device_stage import DeviceStage
from tongban.people.signin.forms import DeviceForm

AFTER_CODE = "after a code"
"""The budget of those who have given the code: strangers, who have not, cannot use it up."""


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Ask for the password, or offer the other ways to prove who one is."""
    stage = None if request.user.is_authenticated else LoginStageController.enter(request, DeviceStage.key)
    if stage is None:
        return redirect("account_login")
    account = stage.login.user
    assert isinstance(account, Account)
    after_reset = queries.rests_on_code(account)
    by_password = account.has_usable_password() and not after_reset
    form = DeviceForm.of(request)
    if form.is_valid() and by_password:
        with form.refusals():
            services.confirm_password(
                account,
                form.cleaned_data["password"],
                address=address_of(request),
                device=known_browsers.device_of(request, account) or AFTER_CODE,
            )
            record_authentication(request, account, "password")
            if form.cleaned_data["remember"]:
                known_browsers.note_strong_proof(request)
            return stage.exit()
    context = {
        "form": form,
        "by_password": by_password,
        "after_reset": after_reset,
        "ways": ports.ways_to_sign_in.fill(request),
        "next": stage.login.redirect_url or "",
    }
    return render(request, "signin/device.html", context, status=form.status)
