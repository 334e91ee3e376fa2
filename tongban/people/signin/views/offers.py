"""Answer an offer of a post (任职邀请) from the page of the account."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import Invalid, NotFound
from tongban.foundation.ui.pages import render
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.access import citizen_required, in_own_name
from tongban.people.identity.requests import Request
from tongban.people.signin.session_guard import note_posts
from tongban.people.signin.views.account import account_of


@never_cache
@citizen_required
@in_own_name
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: Request, offer_id: UUID) -> HttpResponse:
    """Show the post and what accepting means; accept or decline on POST."""
    actor = request.actor
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        if answer == "accept":
            identities.accept_offer(offer_id, actor=actor)
            note_posts(request, account_of(request))
            messages.success(request, "您已接受任职，今天起生效。您本人的办件和证照照常用这个账号查看。")
        elif answer == "decline":
            identities.decline_offer(offer_id, actor=actor)
            messages.success(request, "您没有接受这份任职，什么都没有变。")
        else:
            raise Invalid("请选择接受或不接受。")
        return redirect("mfa_index")
    found = next((one for one in identity.offers_to(actor.person) if one.id == offer_id), None)
    if found is None:
        raise NotFound("没有找到这份任职邀请，它可能已经答复、撤回或过期。请到“账号与安全”查看。")
    return render(request, "signin/offer.html", {"offer": found})
