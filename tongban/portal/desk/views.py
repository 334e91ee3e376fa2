"""What officers look at: to-do list, case, uploaded file, and their own past work."""

from contextlib import suppress
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation.characters import visible
from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.foundation.ui.tabs import light_counts, query_of
from tongban.handling.cases import queries, services
from tongban.people.identity.access import officer_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.policy import PurposeNeeded
from tongban.people.identity.ports import Waiting, administration
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.portal.desk import casepage, words
from tongban.portal.desk.forms import ReasonForm
from tongban.trust.files import queries as files

URGENCY = ("red", "yellow", "green")


@officer_required
@require_safe
def to_do(request: Request) -> HttpResponse:
    """Show the officer's to-do list, worst deadline first."""
    actor = request.actor
    if not casepage.handles_cases(actor):
        return _administration(request)
    asked = {name: str(value).strip() for name, value in request.GET.items()}
    filters = queries.Filters(
        light=asked.get("light", ""),
        kind=asked.get("kind", ""),
        item=asked.get("item", ""),
        q=visible(asked.get("q", ""))[:40],
    )
    counts = queries.to_do_counts(actor, filters=filters)
    total = counts.get(filters.light, counts["all"])
    found = queries.to_do_list(actor, filters=filters, page=asked.get("page", "1"), total=total)
    kept = {"kind": filters.kind, "item": filters.item, "q": filters.q}
    context = {
        "page": found,
        "departments": _departments(actor),
        "filters": filters,
        "filtered": any((filters.light, filters.kind, filters.item, filters.q)),
        "lights": light_counts("全部待办", counts, current=filters.light, kept=kept),
        "items": queries.items_to_do(actor),
        "kinds": words.KINDS,
        "query": query_of({"light": filters.light, **kept}) + "&" if filters != queries.Filters() else "",
    }
    return pages.render(request, "desk/to_do.html", context)


def _administration(request: Request) -> HttpResponse:
    """Show administrators, who handle no cases, what waits for them in each room: what is wrong comes first."""
    lines = [line for line in administration.fill(request) if isinstance(line, Waiting)]
    lines.sort(key=lambda line: URGENCY.index(line.state))
    return pages.render(request, "desk/administration.html", {"lines": lines})


@officer_required
@require_safe
def done(request: Request) -> HttpResponse:
    """List the steps that the officer has completed, latest first."""
    found = queries.done_by(request.actor, page=request.GET.get("page", "1"))
    return pages.render(request, "desk/done.html", {"page": found, "words": words})


@sensitive_post_parameters("reason")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: Request, number: str) -> HttpResponse:
    """Show one case with its materials, form, steps and history. Officers without a task in it state a reason first."""
    form = ReasonForm.of(request)
    if form.is_valid():
        with form.refusals(NotFound):
            services.open_case_file(number, **form.cleaned_data, actor=request.actor)
            return redirect("desk:case", number)
    elif not form.is_bound:
        with suppress(PurposeNeeded):
            return casepage.render(request, services.open_case_file(number, actor=request.actor))
    return pages.render(request, "desk/case_reason.html", {"number": number, "form": form}, status=form.status)


@officer_required
@require_safe
def file(request: Request, number: str, file_id: UUID) -> HttpResponseBase:
    """Return a file that was uploaded for a case, for officers who may see the case."""
    content = services.read_upload(number, file_id, actor=request.actor)
    stored = files.stored_file(file_id)
    response = StreamingHttpResponse(content, content_type=stored.media_type)
    response["Content-Length"] = str(stored.size)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(stored.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _departments(actor: Actor) -> list[str]:
    """Return the departments of an officer who works for several. A single one is named in the header."""
    ids = dict.fromkeys(post.department_id for post in actor.posts)
    return [organisation.short_name(department_id) for department_id in ids] if len(ids) > 1 else []
