"""Apply: a task list, one thing per page, everything saved as typed, checked at the end and submitted once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.foundation.errors import DomainError
from tongban.foundation.identity.access import applicant_required
from tongban.foundation.identity.actors import WINDOW
from tongban.foundation.identity.rules import OutsideMandate
from tongban.foundation.identity.stepup import check_second_factor_in_use
from tongban.foundation.ui import pages
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application
from tongban.handling.cases.queries.drafts import DraftView
from tongban.handling.cases.rules.form import Problem
from tongban.handling.cases.services.context import COMMITMENT
from tongban.handling.cases.services.drafts import QUESTIONS, CannotStart
from tongban.handling.cases.services.submission import MATERIALS, Incomplete, ServiceChanged
from tongban.handling.cases.views.fields import in_words, shown
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.levels import highest

CHECK = "check"
QUESTION_FORM = "几个问题"


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Before the first page: what will happen; an unfinished draft comes first."""
    if kind not in {"bundle", "item"}:
        raise Http404
    actor = request.actor  # type: ignore[attr-defined]
    refusal = None
    if request.method == "POST":
        try:
            return redirect("cases:tasks", services.start_draft(key, kind=kind, actor=actor).id)
        except CannotStart as cannot:
            refusal = cannot
    spec = catalog.bundle(key) if kind == "bundle" else catalog.item(key)
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
def task_list(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Where the draft stands, page by page."""
    view = _draft(request, draft_id)
    if submitted := _moved_on(view.application):
        return submitted
    return pages.render(request, "cases/tasks.html", _frame(view, ""))


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, draft_id: UUID, page: str) -> HttpResponse:
    """The guiding questions, or one page of the form."""
    view = _draft(request, draft_id)
    if submitted := _moved_on(view.application):
        return submitted
    if page != QUESTIONS:
        view.page(page)
    if request.method != "POST":
        return pages.render(request, "cases/page.html", _page_context(view, page, []))
    answers = {key: str(value) for key, value in request.POST.items()}
    problems = services.save_answers(draft_id, answers, page=page, actor=request.actor)  # type: ignore[attr-defined]
    if request.headers.get("X-Autosave"):
        return HttpResponse(status=204)
    if "later" in request.POST:
        messages.success(request, "已保存。随时回来接着填，换一台手机或电脑也可以。")
        return redirect("cases:tasks", draft_id)
    view = _draft(request, draft_id)
    if problems:
        return pages.render(request, "cases/page.html", _page_context(view, page, problems), status=422)
    return redirect(_next(view, page))


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def materials(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What the city got by itself, and what is left for the applicant."""
    if request.method == "POST":
        answers = {key: str(value) for key, value in request.POST.items()}
        view = _draft(request, draft_id)
        commitments = {f"{COMMITMENT}{m.material.key}": "" for m in view.uploads if m.material.source == "commitment"}
        services.save_answers(draft_id, commitments | answers, page=MATERIALS, actor=request.actor)  # type: ignore[attr-defined]
    view = _draft(request, draft_id, with_materials=True)
    if submitted := _moved_on(view.application):
        return submitted
    problems = [p for p in view.problems if p.page == MATERIALS]
    if request.method == "POST" and not problems:
        return redirect("cases:check", draft_id)
    return _materials_page(request, view, problems if request.method == "POST" else [])


@applicant_required
@require_POST
def attach(request: HttpRequest, draft_id: UUID, material: str) -> HttpResponse:
    """Add or take out the file of one material."""
    actor = request.actor  # type: ignore[attr-defined]
    if "remove" in request.POST:
        services.detach(draft_id, material, actor=actor)
        return redirect("cases:materials", draft_id)
    uploaded = request.FILES.get("file")
    try:
        name = uploaded.name or "" if uploaded else ""
        services.attach(draft_id, material, content=uploaded or b"", name=name, actor=actor)
    except DomainError as refusal:
        if refusal.status != 422:
            raise
        view = _draft(request, draft_id, with_materials=True)
        return _materials_page(request, view, [Problem(MATERIALS, material, refusal.message)])
    messages.success(request, "文件已上传并加密保存。")
    return redirect(f"{reverse('cases:materials', args=[draft_id])}#material-{material}")


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Everything once more on one page; a second submission leads to the same receipt."""
    problems: list[Problem] = []
    changed = ""
    if request.method == "POST":
        _check_factor(request, draft_id)
        try:
            application = services.submit(
                draft_id,
                actor=request.actor,  # type: ignore[attr-defined]
                checked=request.POST.get("checked", ""),
            )
            return redirect("cases:receipt", application.number)
        except Incomplete as refusal:
            problems = refusal.problems
        except (ServiceChanged, OutsideMandate) as refusal:
            changed = refusal.message
    view = _draft(request, draft_id, with_materials=True)
    if submitted := _moved_on(view.application):
        return submitted
    context = _frame(view, CHECK) | {
        "changed": changed,
        "problems": [(p.sentence, _address(view, p)) for p in problems or view.problems],
        "summaries": _summaries(view),
        "materials": view.materials,
        "items": [(step, view.plan.items[step.key]) for step in view.steps],
    }
    return pages.render(request, "cases/check.html", context, status=409 if changed else 422 if problems else 200)


def _check_factor(request: HttpRequest, draft_id: UUID) -> None:
    """Money, property, seals, medical matters: who uses a second factor is asked for it before he submits."""
    if request.actor.channel != WINDOW and highest(_draft(request, draft_id).plan.items.values()).factor:  # type: ignore[attr-defined]
        check_second_factor_in_use(request)


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Give a draft up, after asking once."""
    if request.method == "POST":
        services.discard_draft(draft_id, actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, "草稿已放弃。")
        return redirect("my:applications")
    return pages.render(request, "cases/discard.html", {"draft": _draft(request, draft_id)})


@applicant_required
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """That it has arrived, its number, and what happens next."""
    application = queries.application_of(number, actor=request.actor)  # type: ignore[attr-defined]
    context = {
        "application": application,
        "progress": queries.progress(application),
        "materials": queries.received_materials(application),
    }
    return pages.render(request, "cases/receipt.html", context)


def _draft(request: HttpRequest, draft_id: UUID, *, with_materials: bool = False) -> DraftView:
    return queries.draft(draft_id, actor=request.actor, with_materials=with_materials)  # type: ignore[attr-defined]


def _moved_on(application: Application) -> HttpResponse | None:
    """A page of a draft that is submitted by now leads to its receipt."""
    if application.state == Application.States.DRAFT:
        return None
    return redirect("cases:receipt", application.number)


def _order(view: DraftView) -> list[tuple[str, str, bool]]:
    """(key, title, done) of all pages in their order."""
    order = [(QUESTIONS, QUESTION_FORM, view.questions_done)] if view.questions else []
    order += [(p.key, p.title, p.done) for p in view.pages]
    order += [(MATERIALS, "材料", MATERIALS in view.application.pages_done), (CHECK, "核对并提交", False)]
    return order


def _url(view: DraftView, key: str) -> str:
    draft_id = view.application.id
    if key in {MATERIALS, CHECK}:
        return reverse(f"cases:{key}", args=[draft_id])
    return reverse("cases:page", args=[draft_id, key])


def _next(view: DraftView, key: str) -> str:
    keys = [page[0] for page in _order(view)]
    return _url(view, keys[keys.index(key) + 1] if key in keys else CHECK)


def _frame(view: DraftView, current: str) -> dict[str, Any]:
    """What every page of a draft shows around it."""
    order = _order(view)
    steps = [
        {
            "key": key,
            "title": title,
            "href": _url(view, key),
            "state": "now" if key == current else "done" if done else "todo",
        }
        for key, title, done in order
    ]
    keys = [key for key, _, _ in order]
    place = keys.index(current) if current in keys else 0
    first_open = next((step for step in steps if step["state"] != "done"), steps[-1])
    return {
        "view": view,
        "application": view.application,
        "steps": steps,
        "place": place + 1,
        "total": len(order),
        "back": _url(view, keys[place - 1]) if place else reverse("cases:tasks", args=[view.application.id]),
        "first_open": first_open,
        "done": sum(1 for _, _, is_done in order if is_done),
    }


def _page_context(view: DraftView, key: str, problems: list[Problem]) -> dict[str, Any]:
    errors = {p.field: p.sentence for p in problems}
    if key == QUESTIONS:
        title, hint, facts = f"先回答{QUESTION_FORM}", "按您的情况回答，我们据此决定办哪几项、要哪些材料。", []
        fields = [
            {
                "key": q.key, "kind": "choice", "label": q.text, "hint": q.hint, "value": view.answers.get(q.key, ""),
                "error": errors.get(q.key, ""), "required": True, "choices": list(q.choices),
            }
            for q in view.questions
        ]  # fmt: skip
    else:
        found = view.page(key)
        title, hint, facts = found.title, found.hint, found.facts
        fields = [
            shown(f, view.answers.get(f.key, ""), errors.get(f.key, ""), view.facts)  # type: ignore[misc]
            for f in found.fields
        ]
    return _frame(view, key) | {
        "page": {"key": key, "title": title, "hint": hint},
        "facts": facts,
        "fields": fields,
        "errors": [(p.sentence, f"#id_{p.field}") for p in problems],
    }


def _materials_page(request: HttpRequest, view: DraftView, problems: list[Problem]) -> HttpResponse:
    context = _frame(view, MATERIALS) | {
        "met": [m for m in view.materials if m.outcome.met and m.outcome.way not in {"upload", "commitment"}],
        "yours": view.uploads,
        "problems": {p.field: p.sentence for p in problems},
        "errors": [(p.sentence, f"#material-{p.field}") for p in problems],
    }
    return pages.render(request, "cases/materials.html", context, status=422 if problems else 200)


def _address(view: DraftView, problem: Problem) -> str:
    anchor = f"#material-{problem.field}" if problem.page == MATERIALS else f"#id_{problem.field}"
    return _url(view, problem.page) + anchor


def _summaries(view: DraftView) -> list[dict[str, Any]]:
    """Every answer in words, page by page, each with its way back."""
    found = []
    if view.questions:
        rows = [
            {"key": q.text, "value": dict(q.choices).get(view.answers.get(q.key, ""), "未回答")} for q in view.questions
        ]
        found.append({"title": QUESTION_FORM, "href": _url(view, QUESTIONS), "rows": rows})
    for one in view.pages:
        rows = [{"key": fact.label, "value": fact.value} for fact in one.facts]
        rows += [
            {"key": f.label, "value": in_words(f, view.answers.get(f.key, ""), view.facts) or "未填"}
            for f in one.fields
        ]
        found.append({"title": one.title, "href": _url(view, one.key), "rows": rows})
    return found
