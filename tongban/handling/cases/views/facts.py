"""有误？: ask the department that shared a fact to correct it, and read the facts again once it has."""

from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.ui import pages
from tongban.foundation.ui.shell import place
from tongban.handling.cases import queries, services
from tongban.handling.cases.forms import FactCorrectionForm
from tongban.handling.cases.services.correcting import FACT_CORRECTION
from tongban.handling.cases.views.frame import CAME_FROM, draft_view, redirect_if_submitted, way_back
from tongban.people.identity.access import applicant_required
from tongban.people.identity.requests import Request


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: Request, draft_id: UUID, fact: str) -> HttpResponse:
    """Show a fact with its source, and ask for its correction. The draft stays as it is."""
    view = draft_view(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    shown, standing = queries.shown_fact(view, fact), view.corrections.get(fact)
    back = way_back(view, request.GET.get(CAME_FROM, ""), fact)
    form = FactCorrectionForm.of(request)
    if form.is_valid():
        with form.refusals():
            number = services.dispute_fact(draft_id, fact, text=form.cleaned_data["text"], actor=request.actor)
            messages.success(
                request,
                f"更正申请已转给提供信息的部门，工单编号 {number}，{FACT_CORRECTION.days} 个工作日内答复，"
                "进展在“我的工单”里看。草稿都在，可以接着填。",
            )
            return redirect(back)
    context = {
        "view": view,
        "application": view.application,
        "fact": shown,
        "standing": standing,
        "order": place("work-order", standing.number) if standing else "",
        "form": form,
        "days": FACT_CORRECTION.days,
        "back": back,
        "came_from": {"page": request.GET.get(CAME_FROM, ""), "fact": fact},
    }
    return pages.render(request, "cases/fact_correction.html", context, status=form.status)


@applicant_required
@require_POST
def read_again(request: Request, draft_id: UUID) -> HttpResponse:
    """Read the facts of the draft again."""
    services.read_again(draft_id, actor=request.actor)
    messages.success(request, "已经重新调取，自己填的内容没有变，请再核对一遍。")
    view = draft_view(request, draft_id)
    return redirect(way_back(view, request.POST.get(CAME_FROM, ""), quote(request.POST.get("fact", ""), safe=".")))
