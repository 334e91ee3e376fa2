"""One step is missing (还差一步): the level that is needed and the ways to reach it, then back to the draft."""

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import DomainError
from tongban.foundation.ui.pages import render
from tongban.people.identity import queries as identity
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.requests import Request
from tongban.people.signin import carriers, ports, queries, services
from tongban.people.signin.forms import NumberForm
from tongban.people.signin.views.account import account_of


@never_cache
@sensitive_post_parameters()
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def level(request: Request) -> HttpResponse:
    """Show the present level, the one that is needed, and the steps between them."""
    account = account_of(request)
    asked = request.POST.get("need") or request.GET.get("need") or ""
    need = int(asked) if asked in {"1", "2", "3"} else 3
    back = get_next_redirect_url(request) or ""
    form = NumberForm(request.POST if request.POST.get("step") == "number" else None)
    if request.method == "POST":
        try:
            if request.POST.get("step") == "carrier":
                services.prove_carrier(account)
                return _raised(request, need, back)
            if form.is_valid():
                services.prove_number(account, **form.cleaned_data)
                return _raised(request, need, back)
        except DomainError as refusal:
            form.refuse(refusal) if form.is_bound else messages.error(request, refusal.message)
    has = queries.level_of(account)
    context = {
        "form": form,
        "has": has,
        "need": need,
        "has_words": queries.level_in_words(has),
        "need_words": queries.level_in_words(need),
        "back": back,
        "phone": account.phone,
        "own": identity.is_own(account),
        "own_from": account.own_from,
        "carrier": carriers.current() is not None,
        "ways": ports.ways_to_level.fill(request),
    }
    return render(request, "signin/level.html", context, status=form.status)


def _raised(request: Request, need: int, back: str) -> HttpResponse:
    """Redirect to the draft if the level is reached, otherwise to the next step. Gives the session another key."""
    request.session.cycle_key()
    account = account_of(request)
    account.refresh_from_db(fields=["subject", "own_from"])
    has = queries.level_of(account)
    messages.success(request, f"核验通过，您的实名等级现在是 {queries.level_in_words(has)}。")
    if has >= need:
        return redirect(back or "mfa_index")
    return redirect(f"{reverse('signin:level')}?{urlencode({'need': str(need), 'next': back})}")
