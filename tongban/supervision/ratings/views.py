"""The rating page: level, matching tags and words; later one addition."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation import clock
from tongban.foundation.ui import pages
from tongban.handling.cases import queries as cases
from tongban.handling.cases.queries import Application
from tongban.people.identity.access import citizen_required
from tongban.people.identity.requests import Request
from tongban.supervision.ratings import queries, rules, services
from tongban.supervision.ratings.forms import AdditionForm, RatingForm


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: Request, number: str) -> HttpResponse:
    """Rate an application; once it is rated, show the rating. The application's page may have chosen the level."""
    actor = request.actor
    application = cases.application_of(number, actor=actor)
    form = RatingForm.of(request, initial={"level": request.GET.get("level", "")})
    if form.is_valid():
        with form.refusals():
            services.rate(number, **form.cleaned_data, actor=actor)
            messages.success(request, "谢谢您的评价，已经记录。")
            return redirect("ratings:rate", number)
    return _page(request, application, form, AdditionForm(initial={"words": form["words"].value()}))


@citizen_required
@require_POST
def additions(request: Request, number: str) -> HttpResponse:
    """Add to the rating."""
    actor = request.actor
    application = cases.application_of(number, actor=actor)
    form = AdditionForm.of(request)
    if form.is_valid():
        with form.refusals():
            services.add(number, **form.cleaned_data, actor=actor)
            messages.success(request, "追加评价已经记录。")
            return redirect("ratings:rate", number)
    return _page(request, application, RatingForm(initial={"words": form["words"].value()}), form)


def _page(request: Request, application: Application, form: RatingForm, addition: AdditionForm) -> HttpResponse:
    """Show the form for what is still to come. Words refused by the one form are kept in the other."""
    last_moment = rules.last_moment(application.closed_at) if application.closed_at else None
    context = {
        "application": application,
        "rating": queries.rating_of(application.id),
        "last_moment": last_moment,
        "is_over": last_moment is not None and clock.now() > last_moment,
        "levels": rules.LEVELS,
        "bad": rules.BAD,
        "good_tags": rules.GOOD_TAGS,
        "bad_tags": rules.BAD_TAGS,
        "form": form,
        "addition": addition,
    }
    return pages.render(request, "ratings/rating.html", context, status=max(form.status, addition.status))
