"""Send the browser on to a system.

Our pages let forms lead to ourselves only (Content-Security-Policy `form-action`), and browsers hold the redirects
after a form to that too. So who comes from a form of ours gets a page that leads on by itself, others a redirect.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from tongban.foundation.ui import pages


def onward(request: HttpRequest, target: str) -> HttpResponse:
    """To an address of a system that was checked."""
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
