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

from tongban.foundation.ui.forms import Form
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
    asked = request.GET.get("need", "")
    need = int(asked) if asked in {"1", "2", "3"} else 3
    back = get_next_redirect_url(request) or ""
    form, carrier = NumberForm.of(request, when="number"), Form.of(request, when="carrier")
    if form.is_valid():
        with form.refusals():
            services.prove_number(account, **form.cleaned_data)
            return _raised(request, need, back)
    if carrier.is_valid():
        with carrier.refusals():
            services.prove_carrier(account)
            return _raised(request, need, back)
    has = queries.level_of(account)
    context = {
        "form": form,
        "carrier": carrier,
        "has": has,
        "need": need,
        "has_words": queries.level_in_words(has),
        "need_words": queries.level_in_words(need),
        "back": back,
        "phone": account.phone,
        "own": identity.is_own(account),
        "own_from": account.own_from,
        "asks_carrier": carriers.current() is not None,
        "ways": ports.ways_to_level.fill(request),
    }
    return render(request, "signin/level.html", context, status=max(form.status, carrier.status))


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
