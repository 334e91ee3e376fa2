"""The rating page: level, matching tags and words; later one addition."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import Conflict, NotFound
from tongban.foundation.ui import pages
from tongban.handling.cases import queries as cases
from tongban.people.identity.access import citizen_required
from tongban.people.identity.requests import Request
from tongban.supervision.ratings import queries, rules, services
from tongban.supervision.ratings.forms import AdditionForm, RatingForm


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: Request, number: str) -> HttpResponse:
    """Rate an application, or add to the rating."""
    actor = request.actor
    application = cases.application_of(number, actor=actor)
    existing = queries.rating_of(application.id)
    form: RatingForm | AdditionForm
    if existing is None:
        form = RatingForm.of(request) if request.method == "POST" else RatingForm(initial=_chosen(request))
    else:
        form = AdditionForm.of(request)
    if form.is_valid():
        with form.refusals(Conflict, NotFound):
            if existing is None:
                services.rate(number, **form.cleaned_data, actor=actor)
                messages.success(request, "谢谢您的评价，已经记录。")
            else:
                services.add(number, **form.cleaned_data, actor=actor)
                messages.success(request, "追加评价已经记录。")
            return redirect("ratings:rate", number)
    context = {
        "application": application,
        "rating": existing,
        "levels": rules.LEVELS,
        "good_tags": rules.GOOD_TAGS,
        "bad_tags": rules.BAD_TAGS,
        "form": form,
        "window": rules.WINDOW_DAYS,
    }
    return pages.render(request, "ratings/rating.html", context, status=form.status)


def _chosen(request: Request) -> dict[str, str]:
    """Return the level that was chosen on the application's page, as the form's initial data."""
    return {"level": request.GET.get("level", "")}
