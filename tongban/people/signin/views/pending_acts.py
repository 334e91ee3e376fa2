"""The page for an act that was typed in another name than the present one: resume it in that name, or discard it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import DomainError
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.capacity import in_any_name
from tongban.people.signin import pending_acts as acts
from tongban.people.signin.adapters import AccountAdapter


@never_cache
@in_any_name
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def pending_act(request: HttpRequest) -> HttpResponse:
    """Show the parked act; resume or discard it on POST."""
    decision = request.POST.get("decision")
    if decision not in {"go", "discard"}:
        return acts.page_of_parked(request)
    if decision == "discard":
        request.session.pop(acts.PARKED, None)
        messages.success(request, "刚才填的内容已经放弃，没有提交。")
        return redirect(AccountAdapter().get_login_redirect_url(request))
    try:
        return acts.resume_in_its_name(request)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("signin:kept")
