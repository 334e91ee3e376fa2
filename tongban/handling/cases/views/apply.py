"""The pages of a draft: a task list, one topic per page, everything saved as typed, checked and submitted once."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation.ui import pages
from tongban.foundation.ui.shell import HOME, place
from tongban.handling.cases import queries, services
from tongban.handling.cases.plan import QUESTIONS
from tongban.handling.cases.queries.drafts import DraftView
from tongban.handling.cases.rights import CannotStart
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.cases.services.submission import Incomplete, ServiceChanged
from tongban.handling.cases.views.fields import in_words, shown_field, shown_question
from tongban.handling.cases.views.frame import (
    CHECK,
    QUESTION_FORM,
    address_of,
    anchor_of,
    checked_draft,
    draft_view,
    frame,
    next_address,
    redirect_if_submitted,
)
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity.access import applicant_required
from tongban.people.identity.requests import Request
from tongban.people.identity.rules import OutsideMandate


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: Request, kind: str, key: str) -> HttpResponse:
    """Explain what will happen before the first page. An unfinished draft is offered instead of a new one."""
    if kind not in set(ServiceKind):
        raise Http404
    actor = request.actor
    refusal = None
    if request.method == "POST":
        try:
            return redirect("cases:tasks", services.start_draft(key, kind=kind, actor=actor).id)
        except CannotStart as cannot:
            refusal = cannot
    spec = catalog.bundle(key) if kind == ServiceKind.BUNDLE else catalog.item(key)
    unfinished = queries.draft_of(key, actor=actor)
    refusal = refusal or (None if unfinished else queries.why_not_start(spec, actor=actor))
    context = {
        "spec": spec,
        "draft": unfinished,
        "guide": reverse(f"catalog:{kind}", args=[key]),
        "refusal": refusal,
        "through": getattr(spec, "apply_through", ""),
    }
    return pages.render(request, "cases/start.html", context, status=422 if request.method == "POST" else 200)


@applicant_required
@require_safe
def task_list(request: Request, draft_id: UUID) -> HttpResponse:
    """Show which pages of the draft are done."""
    view = draft_view(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    return pages.render(request, "cases/tasks.html", frame(view, ""))


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Request, draft_id: UUID, page: str) -> HttpResponse:
    """Show and save the guiding questions, or one page of the form."""
    view = draft_view(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    if page != QUESTIONS:
        view.page(page)
    if request.method != "POST":
        return pages.render(request, "cases/page.html", _page_context(view, page, []))
    answers = {key: str(value) for key, value in request.POST.items()}
    problems = services.save_answers(draft_id, answers, page=page, actor=request.actor)
    if request.headers.get("X-Autosave"):
        return HttpResponse(status=204)
    if "later" in request.POST:
        messages.success(request, "已保存。随时回来接着填，换一台手机或电脑也可以。")
        return redirect("cases:tasks", draft_id)
    view = draft_view(request, draft_id)
    if problems:
        return pages.render(request, "cases/page.html", _page_context(view, page, problems), status=422)
    return redirect(next_address(view, page))


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, draft_id: UUID) -> HttpResponse:
    """Show all answers on one page, and submit. A second submission leads to the same receipt."""
    problems: list[FieldError] = []
    changed = ""
    if request.method == "POST":
        try:
            application = services.submit(
                draft_id,
                actor=request.actor,
                checked=request.POST.get("checked", ""),
            )
            return redirect("cases:receipt", application.number)
        except Incomplete as refusal:
            problems = refusal.problems
        except (ServiceChanged, OutsideMandate) as refusal:
            changed = refusal.message
    view = checked_draft(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    context = frame(view, CHECK) | {
        "changed": changed,
        "problems": [(p.sentence, address_of(view, p.page) + anchor_of(view, p)) for p in problems or view.problems],
        "summaries": _summaries(view),
        "materials": view.materials,
        "items": [(step, view.plan.items[step.key]) for step in view.steps],
    }
    return pages.render(request, "cases/check.html", context, status=409 if changed else 422 if problems else 200)


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: Request, draft_id: UUID) -> HttpResponse:
    """Discard a draft, after asking once."""
    if request.method == "POST":
        services.discard_draft(draft_id, actor=request.actor)
        messages.success(request, "草稿已放弃。")
        return redirect(place("my") or HOME)
    return pages.render(request, "cases/discard.html", {"draft": draft_view(request, draft_id)})


@applicant_required
@require_safe
def receipt(request: Request, number: str) -> HttpResponse:
    """Confirm the submission with its number, the materials received, and what happens next."""
    application = queries.application_of(number, actor=request.actor)
    context = {
        "application": application,
        "progress": queries.progress(application),
        "materials": queries.received_materials(application),
    }
    return pages.render(request, "cases/receipt.html", context)


def _page_context(view: DraftView, key: str, problems: list[FieldError]) -> dict[str, object]:
    errors = {p.field: p.sentence for p in problems}
    if key == QUESTIONS:
        title, hint, facts = f"先回答{QUESTION_FORM}", "按您的情况回答，我们据此决定办哪几项、要哪些材料。", []
        fields = [shown_question(q, view.answers.get(q.key, ""), errors.get(q.key, "")) for q in view.questions]
    else:
        found = view.page(key)
        title, hint, facts = found.title, found.hint, found.facts
        fields = [shown_field(f, view.answers.get(f.key, ""), errors.get(f.key, ""), view.facts) for f in found.fields]
    return frame(view, key) | {
        "page": {"key": key, "title": title, "hint": hint},
        "facts": facts,
        "fields": fields,
        "errors": [(p.sentence, f"#id_{p.field}") for p in problems],
    }


def _summaries(view: DraftView) -> list[dict[str, object]]:
    """Return all answers in words, page by page, each page with a link back to it."""
    found: list[dict[str, object]] = []
    if view.questions:
        rows = [
            {"key": q.text, "value": dict(q.choices).get(view.answers.get(q.key, ""), "未回答")} for q in view.questions
        ]
        found.append({"title": QUESTION_FORM, "href": address_of(view, QUESTIONS), "rows": rows})
    for page in view.pages:
        rows = [{"key": fact.label, "value": fact.value} for fact in page.facts]
        rows += [
            {"key": f.label, "value": in_words(f, view.answers.get(f.key, ""), view.facts) or "未填"}
            for f in page.fields
        ]
        found.append({"title": page.title, "href": address_of(view, page.key), "rows": rows})
    return found
