"""Redirect the browser to a system.

Our Content-Security-Policy (`form-action`) lets forms lead only to ourselves, and browsers apply it to redirects after
a form too. A request from one of our forms therefore gets a page that leads on by itself, any other a redirect.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from tongban.foundation.ui import pages


def onward(request: HttpRequest, target: str) -> HttpResponse:
    """Redirect to a system's address, which the caller has checked."""
    if _comes_from_our_page(request):
        answer = pages.render(request, "sso/onward.html", {"target": target})
    else:
        answer = HttpResponse(status=302, headers={"Location": target})
    answer["Cache-Control"] = "no-store"
    return answer


def _comes_from_our_page(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Referer", "")).netloc == request.get_host()
