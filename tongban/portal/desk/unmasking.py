"""Unmask a case (查看完整信息): for a stated reason, once, under a watermark."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation import clock
from tongban.foundation.ui import pages, slots
from tongban.handling.cases import services
from tongban.people.identity.access import officer_required
from tongban.people.identity.policy import PurposeNeeded
from tongban.people.identity.requests import Request
from tongban.portal.desk.forms import ReasonForm


@never_cache
@sensitive_post_parameters("reason")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def unmasked_case(request: Request, number: str) -> HttpResponse:
    """Ask for the reason, then show all personal data of the case unmasked. No cache may keep the page."""
    actor = request.actor
    form = ReasonForm.of(request)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        file = services.open_case_file(number, reason=reason, actor=actor)
    except PurposeNeeded:
        return redirect("desk:case", number)
    if form.is_valid():
        with form.refusals():
            return _unmasked_page(request, services.unmask_case(number, **form.cleaned_data, actor=actor))
    return pages.render(request, "desk/whole_reason.html", {"file": file, "form": form}, status=form.status)


def _unmasked_page(request: Request, seen: object) -> HttpResponse:
    viewer = slots.viewer_of(request)
    words = f"{viewer.name if viewer else ''} {viewer.department if viewer else ''} {_minute()}"
    response = pages.render(request, "desk/whole.html", {"seen": seen, "words": words})
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _minute() -> str:
    return f"{clock.now().astimezone(clock.CITY_TIME):%Y-%m-%d %H:%M}"
