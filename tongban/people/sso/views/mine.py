"""A person's sign-ins at departments' systems: who received what and why, and how to withdraw consent."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongban.foundation.ui import pages
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.queries import Account
from tongban.people.identity.requests import Request
from tongban.people.sso import queries, services


@never_cache
@sign_in_required
@require_safe
def mine(request: Request) -> HttpResponse:
    """List the systems, the latest first."""
    assert isinstance(request.user, Account)
    context = {"rows": queries.my_systems(request.user), "meanings": queries.scopes()}
    return pages.render(request, "sso/mine.html", context)


@sign_in_required
@require_POST
def leave(request: Request, system_id: UUID) -> HttpResponse:
    """Sign out at the system and withdraw the consent."""
    assert isinstance(request.user, Account)
    services.leave_system(system_id, request.user, actor=request.actor)
    messages.success(request, "已从这个系统退出，并取消了授权。")
    return redirect("sso:mine")
