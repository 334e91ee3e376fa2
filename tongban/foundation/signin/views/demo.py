"""The demo's phone: what the short-message gateway would have sent. Not in production, never on a sign-in page."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.foundation.signin import gateways, queries
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.pages import render


@public
@never_cache
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """All messages of the demo's phone, the latest first."""
    if not gateways.is_demo():
        raise Http404
    return render(request, "signin/demo_messages.html", {"received": queries.demo_messages()})
