"""Views that break every rule of kept pages, their addresses, and what the tests of kept pages share."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.contrib import messages
from django.db import connection, connections
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.http import require_safe

from tongban.foundation import clock
from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui import elder
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.keeping import keep_until, kept
from tongban.foundation.ui.publications import CATALOGUE
from tongban.site.urls import handler400, handler403, handler404, handler500  # noqa: F401
from tongban.site.urls import urlpatterns as all_of_them

calls: list[str] = []


def _echo(request):
    """A view that breaks every rule: it shows all that it can find out about its reader."""
    calls.append(request.path)
    user = getattr(request, "user", None)
    return {
        "cookies": request.COOKIES,
        "headers": {k: v for k, v in request.META.items() if k.startswith(("HTTP_", "REMOTE", "CSRF", "CONTENT_"))},
        "more": dict(request.headers),
        "user": str(getattr(user, "pk", "")),
        "session": dict(getattr(request, "session", {})),
        "query": dict(request.GET.lists()),
        "elder": elder.chosen(request),
        "number": len(calls),
    }


@public
@kept(CATALOGUE, query=("page",))
@require_safe
def leaky(request):
    return HttpResponse(json.dumps(_echo(request)), content_type="text/html; charset=utf-8")


@public
@kept()
@require_safe
def spoilt(request, how):
    calls.append(how)
    answer = HttpResponse("x")
    if how == "cookie":
        answer.set_cookie("a", "b")
    elif how == "token":
        answer = HttpResponse(get_token(request))
    elif how == "session":
        request.session["a"] = 1
    elif how == "message":
        messages.info(request, "您好")
    elif how == "header":
        answer.headers["Cache-Control"] = "private"
    elif how == "vary":
        answer.headers["Vary"] = "Accept-Language"
    elif how == "status":
        answer.status_code = 404
    elif how == "refused":
        raise NotAllowed
    return answer


@public
@kept()
@require_safe
def ages(request):
    calls.append("ages")
    keep_until(request, clock.now() + timedelta(minutes=3))
    return HttpResponse("x")


@public
@require_safe
def not_declared(request):
    return HttpResponse(json.dumps(_echo(request)), content_type="text/html")


urlpatterns = [
    path("leaky/", leaky),
    path("other/", leaky),
    path("spoilt/<how>/", spoilt),
    path("ages/", ages),
    path("not-declared/", not_declared),
    *all_of_them,
]


def publish(topic=CATALOGUE):
    """Change a table that a page shows, as far as the trigger is concerned."""
    table = "catalog_current_item" if topic == CATALOGUE else "organisation_department"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def elsewhere(work):
    def run():
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(run).result()


def number(client, address="/leaky/", **more):
    return json.loads(client.get(address, **more).content)["number"]
