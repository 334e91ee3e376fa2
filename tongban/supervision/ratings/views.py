"""The rating page: first the level, then the tags that fit it and words; later one addition."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import Invalid
from tongban.foundation.ui import pages
from tongban.handling.cases import queries as cases
from tongban.people.identity.access import citizen_required
from tongban.people.identity.requests import Request
from tongban.supervision.ratings import queries, rules, services


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: Request, number: str) -> HttpResponse:
    """Rate, or add to what was rated."""
    actor = request.actor
    application = cases.application_of(number, actor=actor)
    existing = queries.rating_of(application.id)
    level = request.POST.get("level", request.GET.get("level", ""))
    tags, words = request.POST.getlist("tags"), request.POST.get("words", "")
    error: Invalid | None = None
    if request.method == "POST":
        try:
            if existing is None:
                chosen = int(level) if level in {"1", "2", "3", "4", "5"} else 0
                services.rate(number, level=chosen, tags=tags, words=words, actor=actor)
                messages.success(request, "谢谢您的评价，已经记录。")
            else:
                services.add(number, words=words, actor=actor)
                messages.success(request, "追加评价已经记录。")
            return redirect("ratings:rate", number)
        except Invalid as refusal:
            error = refusal
    context = {
        "application": application,
        "rating": existing,
        "levels": rules.LEVELS,
        "good_tags": rules.GOOD_TAGS,
        "bad_tags": rules.BAD_TAGS,
        "typed": {"level": level, "tags": tags, "words": words},
        "errors": {error.field: error.message} if error else {},
        "window": rules.WINDOW_DAYS,
    }
    return pages.render(request, "ratings/rating.html", context, status=422 if error else 200)
