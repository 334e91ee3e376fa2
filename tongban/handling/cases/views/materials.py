"""The materials page of a draft: what the city has obtained by itself, and what the applicant ticks or uploads."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.ui import pages
from tongban.handling.cases import services
from tongban.handling.cases.plan import MATERIALS
from tongban.handling.cases.queries.drafts import DraftView
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.cases.rules.materials import Way
from tongban.handling.cases.views.frame import (
    SEEN,
    anchor_of,
    checked_draft,
    draft_view,
    frame,
    redirect_if_submitted,
)
from tongban.people.identity.access import applicant_required
from tongban.people.identity.requests import Request

FILE = "file."
"""Prefix of the names of file fields; the key of the material follows."""


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def materials(request: Request, draft_id: UUID) -> HttpResponse:
    """Show the materials in one form. Every button saves all ticks and all chosen files."""
    problems: list[FieldError] = []
    elsewhere = ""
    if request.method == "POST":
        view = draft_view(request, draft_id)
        if submitted := redirect_if_submitted(view.application):
            return submitted
        try:
            problems = _take(request, view)
        except services.SavedElsewhere as conflict:
            elsewhere = conflict.message
        if not problems and not elsewhere and (wanted := _wanted(request, view)):
            messages.success(request, "文件已上传并加密保存。")
            return redirect(f"{reverse('cases:materials', args=[draft_id])}#material-{wanted}")
    view = checked_draft(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    if request.method == "POST" and not problems and not elsewhere:
        problems = [problem for problem in view.problems if problem.page == MATERIALS]
        if not problems:
            return redirect("cases:check", draft_id)
    context = frame(view, MATERIALS) | {
        "met": [m for m in view.asked_materials if m.outcome.met and m.outcome.way not in {Way.UPLOAD, Way.COMMITMENT}],
        "yours": view.uploads,
        "problems": {p.field: p.sentence for p in problems},
        "errors": [(p.sentence, anchor_of(view, p)) for p in problems],
        "seen": view.plan.page_stamp(MATERIALS),
        "elsewhere": elsewhere,
    }
    status = 409 if elsewhere else 422 if problems else 200
    return pages.render(request, "cases/materials.html", context, status=status)


@applicant_required
@require_POST
def detach(request: Request, draft_id: UUID, material: str) -> HttpResponse:
    """Remove the file of one material."""
    services.detach(draft_id, material, actor=request.actor)
    return redirect("cases:materials", draft_id)


def _wanted(request: Request, view: DraftView) -> str:
    """Return the key of the material whose upload button was pressed, or an empty string."""
    key = request.POST.get("upload", "")
    return key if key in view.plan.materials else ""


def _take(request: Request, view: DraftView) -> list[FieldError]:
    """Save the commitments and the files, and return what was refused. One refused file does not affect the others."""
    ticked = {key: str(value) for key, value in request.POST.items()}
    chosen = {
        key.removeprefix(FILE): services.NamedFile(sent[-1], sent[-1].name or "")  # the last one counts
        for key, sent in request.FILES.lists()
        if sent
    }
    problems = services.save_materials(
        view.application.id, ticked, chosen, actor=request.actor, seen=ticked.get(SEEN, "")
    )
    wanted = _wanted(request, view)
    if wanted and not chosen:
        return [FieldError(MATERIALS, wanted, "请先选择文件，再点“上传”。")]
    return problems
