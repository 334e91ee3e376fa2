"""Personal pages: the list of applications, and the live progress of one."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tongban.foundation.ui import pages
from tongban.foundation.ui.tabs import query_of, tabs
from tongban.handling.cases import queries as cases
from tongban.handling.cases.ports import on_application
from tongban.people.identity.access import applicant_required
from tongban.people.identity.requests import Request
from tongban.portal.my import overdue, words

GROUPS = (("", "全部"), ("draft", "待提交"), ("correction", "待补正"), ("open", "办理中"), ("closed", "已办结"))


@applicant_required
@require_safe
def applications(request: Request) -> HttpResponse:
    """我的办件: list applications by group: drafts, to be corrected, open, closed."""
    actor = request.actor
    group = request.GET.get("group", "")
    group = group if group in dict(GROUPS) else ""
    page = request.GET.get("page", "1")
    found, counts = cases.my_applications(actor.party, group=group, page=page, seen_by=actor)
    context = {
        "page": found,
        "tabs": tabs("group", GROUPS, current=group, counts=counts),
        "group": group,
        "overdue": cases.overdue_cases(row.id for row in found if row.state == "submitted"),
        "query": query_of({"group": group}) + "&" if group else "",
        "moved": cases.promises_moved(actor.party, seen_by=actor),
    }
    return pages.render(request, "my/applications.html", context)


@applicant_required
@require_safe
def application(request: Request, number: str) -> HttpResponse:
    """Show the progress of one application, its results and its rating."""
    return pages.render(request, "my/application.html", _context(request, number))


@applicant_required
@require_safe
def live(request: Request, number: str) -> HttpResponse:
    """Return the parts of the progress page that change; the page polls them."""
    return pages.render(request, "my/live.html", _context(request, number) | {"polled": True})


def _context(request: Request, number: str) -> dict[str, object]:
    actor = request.actor
    own = cases.application_of(number, actor=actor)
    progress = cases.progress(own)
    return {
        "application": own,
        "progress": progress,
        "headline": words.headline(progress),
        "states": [words.state_of(row) for row in progress.cases],
        "state_of": words.state_of,
        "overdue": overdue.notes(progress.cases),
        "spoken": words.segment_words(progress.cases),
        "history": words.history(progress, actor.subject_id),
        "cards": on_application.fill(request, own),
        "provisional_years": sorted(
            {row.due.year for row in progress.cases if row.due and row.provisional and not row.results}
        ),
        "polled": False,
        "withdrawable": any(row.can_withdraw for row in progress.cases),
    }
