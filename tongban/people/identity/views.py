"""Choose in whose name to act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui.addresses import is_own_address
from tongban.foundation.ui.pages import render
from tongban.foundation.ui.shell import HOME, place
from tongban.people.identity.access import NOT_OWN, SELF, actor_of_request, sign_in_required
from tongban.people.identity.capacity import capacity_of_request, identities_of_request, in_any_name, switch
from tongban.people.identity.forms import UNKNOWN, PrincipalForm


def _safe(request: HttpRequest, address: str) -> str:
    """Return the address if it is on our own host, otherwise ""."""
    return address if is_own_address(request, address) else ""


@never_cache
@in_any_name
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def principal(request: HttpRequest) -> HttpResponse:
    """Let the person choose to act in their own name, their firm's, or that of somebody who gave them a mandate."""
    own, now = actor_of_request(request), capacity_of_request(request)
    assert own is not None
    assert now is not None
    if not own.own:
        raise NotAllowed(f"这里是群众和企业切换办事身份的页面。{NOT_OWN}")
    identities = identities_of_request(request)
    wanted = _safe(request, request.POST.get("next") or request.GET.get("next") or "")
    names = {SELF: "您本人"} | {one.key: one.name for one in identities}
    form = PrincipalForm.of(request, names=names)
    if form.is_valid():
        chosen = form.cleaned_data["principal"]
        if switch(request, chosen):
            messages.success(request, f"已切换，现在以“{names[chosen]}”的身份办事。")
            return redirect(wanted or place("my") or HOME)
        form.add_error("principal", UNKNOWN)
    context = {"identities": identities, "now": now.key, "next": wanted, "form": form}
    return render(request, "identity/principal.html", context, status=form.status)
