"""The working-day calendar for the system administrator: its years, a preview of a new table, and its publication."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.foundation import clock
from tongban.foundation.ui import pages
from tongban.foundation.workdays import queries, tables
from tongban.foundation.workdays.checks import AHEAD, LAST_CALL
from tongban.handling.cases import queries as cases
from tongban.people.identity.access import post_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request
from tongban.people.organisation.rules import PostKind
from tongban.portal.operations import services
from tongban.portal.operations.forms import TableForm


@never_cache
@post_required(PostKind.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: Request) -> HttpResponse:
    """Show the years; preview a table that was sent, and publish it once what the preview showed is confirmed."""
    actor = request.actor
    today = clock.legal_day(clock.now())
    outlook = queries.outlook(today, ahead=AHEAD, last_call=LAST_CALL)
    form = TableForm.of(request, initial={"year": next(iter([*outlook.late, *outlook.missing]), None)})
    preview: dict[str, object] | None = None
    if form.is_valid():
        with form.refusals():
            typed = form.cleaned_data
            table = tables.of_lines(
                typed["year"], rest=typed["rest"], work=typed["work"], provisional=typed["provisional"]
            )
            services.check_may_prepare(table.year, actor)
            if typed["confirmed"] == "yes":
                try:
                    services.publish_calendar(table, notice=typed["notice"], seal=typed["seal"], actor=actor)
                except services.NotPreviewed as late:
                    preview = _preview(table, typed["notice"], actor) | {"refusal": late.message}
                else:
                    messages.success(request, f"{table.year} 年的工作日历已公布，在办件的期限正在按它重新计算。")
                    return redirect("operation_pages:calendar")
            elif typed["confirmed"] != "no":
                preview = _preview(table, typed["notice"], actor)
    context = {
        "form": form,
        "preview": preview,
        "years": queries.years(),
        "outlook": outlook,
        "may_publish": services.may_publish(actor),
    }
    status = services.NotPreviewed.status if preview and "refusal" in preview else form.status
    return pages.render(request, "operation_pages/calendar.html", context, status)


def _preview(table: tables.YearTable, notice: str, actor: Actor) -> dict[str, object]:
    """Return what the table would change: days, and due days of open cases."""
    return {
        "year": table.year,
        "seal": services.seal_of(table, notice, actor),
        "workdays": sum(is_workday for _, is_workday, _ in table.days()),
        "changes": queries.changes(table),
        "doubts": table.doubts(),
        "moved": cases.due_days_moved_by(queries.calendar_with(table), table.year),
    }
