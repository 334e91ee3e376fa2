"""See a case whole: asked with a reason, shown once, with a watermark over it."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation import clock
from tongban.foundation.errors import Invalid
from tongban.foundation.ui import pages, slots
from tongban.handling.cases import services
from tongban.people.identity.access import officer_required
from tongban.people.identity.requests import Request


@never_cache
@sensitive_post_parameters("reason")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def whole(request: Request, number: str) -> HttpResponse:
    """The form for the reason; posted, everything personal of the case whole, not to be kept by any cache."""
    actor = request.actor
    file = services.open_case_file(number, actor=actor)
    if request.method != "POST":
        return pages.render(request, "desk/whole_reason.html", {"file": file, "reason": "", "error": ""})
    reason = request.POST.get("reason", "")
    try:
        seen = services.unmask_case(number, reason=reason, actor=actor)
    except Invalid as error:
        context = {"file": file, "reason": reason, "error": error.message}
        return pages.render(request, "desk/whole_reason.html", context, status=error.status)
    viewer = slots.viewer_of(request)
    words = f"{viewer.name if viewer else ''} {viewer.department if viewer else ''} {_minute()}"
    response = pages.render(request, "desk/whole.html", {"seen": seen, "words": words})
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _minute() -> str:
    return f"{clock.now().astimezone(clock.CITY_TIME):%Y-%m-%d %H:%M}"
