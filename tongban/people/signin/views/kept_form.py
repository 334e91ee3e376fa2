"""What was typed when the session ended, where it cannot be put back into its form; and expired pages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.foundation.ui import errorpages
from tongban.people.identity.access import sign_in_required
from tongban.people.identity.capacity import in_any_name
from tongban.people.signin import kept_forms
from tongban.people.signin.adapters import AccountAdapter


@never_cache
@in_any_name
@sign_in_required
@require_http_methods(["GET", "HEAD", "POST"])
def kept_form(request: HttpRequest) -> HttpResponse:
    """Show what was typed, to be copied; discard it on POST."""
    if request.method == "POST":
        request.session.pop(kept_forms.KEPT, None)
        messages.success(request, "留下的内容已经删除。")
        return redirect(AccountAdapter().get_login_redirect_url(request))
    return kept_forms.page_of_kept(request, request.session.get(kept_forms.KEPT))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Keep what was typed on a page of ours that became invalid, e.g. by signing in again in another tab.

    The form's capacity is signed for its account, so that no other site can have made it. It is not sent, but put back
    into a fresh page.
    """
    kept = kept_forms.of_request(request) if kept_forms.came_from_us(request) else None
    if kept is None or (request.user.is_authenticated and kept_forms.belongs_to(request, kept) is None):
        return errorpages.csrf_failure(request, reason)
    if not kept_forms.keep(request, kept):
        return errorpages.csrf_failure(request, reason)
    if request.user.is_authenticated:
        return redirect(f"{kept['page']}#kept")
    messages.warning(request, "登录已经过期，刚才的内容没有提交，但都还在。请重新登录，核对以后再按一次按钮。")
    return kept_forms.to_sign_in(kept, "/")
