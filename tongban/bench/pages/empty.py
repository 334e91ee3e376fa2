"""The address table with pages that have almost no work of their own, to measure what every request pays."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path

from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.people.identity.access import View, citizen_required, officer_required
from tongban.site.urls import handler400, handler403, handler404, handler500
from tongban.site.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
CONTENT = b"empty"


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(CONTENT)


def _shell(request: HttpRequest) -> HttpResponse:
    return pages.render(request, "bench/empty.html", {})


GUARDS: dict[str, Callable[[View], View]] = {
    "everybody": public,
    "citizen": citizen_required,
    "officer": officer_required,
}


def _guarded(view: View, guard: Callable[[View], View]) -> View:
    """Return a view of its own under the guard, because a guard marks the view that it gets."""

    def own(request: HttpRequest) -> HttpResponseBase:
        return view(request)

    return guard(own)


urlpatterns = [
    *(path(f"bench/{who}/nothing/", _guarded(_nothing, GUARDS[who])) for who in GUARDS),
    *(path(f"bench/{who}/shell/", _guarded(_shell, GUARDS[who])) for who in GUARDS),
    *real,
]
