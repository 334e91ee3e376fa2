"""The pages of a draft's form: questions or one topic on each, saved as typed."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tongban.foundation.errors import Invalid, NotFound
from tongban.foundation.ui import pages
from tongban.handling.cases import services
from tongban.handling.cases.plan import QUESTIONS
from tongban.handling.cases.queries.drafts import DraftView, PageView
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.cases.views.fields import ShownField, first_to_type, in_words, shown_field, shown_question
from tongban.handling.cases.views.frame import (
    CHECK,
    QUESTION_FORM,
    SEEN,
    address_of,
    correction_address,
    draft_view,
    frame,
    next_address,
    redirect_if_submitted,
)
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity.access import applicant_required
from tongban.people.identity.requests import Request

STAMP_HEADER = "X-Seen"
"""The answer to an automatic save carries the new stamp of the page."""


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Request, draft_id: UUID, page: str) -> HttpResponse:
    """Show and save the guiding questions, or one page of the form."""
    view = draft_view(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    typed = {key: str(value) for key, value in request.POST.items()}
    if not _has_page(view, page):  # a page of an earlier version of the service, from a bookmark or an old window
        open_keys = view.plan.answerable.keys() - view.plan.recorded
        if known := {key: value for key, value in typed.items() if key in open_keys}:
            services.merge_answers(draft_id, known, actor=request.actor)
        return redirect("cases:resume", draft_id)
    if request.method != "POST":
        return pages.render(request, "cases/page.html", page_context(view, page, []))
    try:
        problems = services.save_answers(draft_id, typed, page=page, actor=request.actor, seen=typed.get(SEEN, ""))
    except services.SavedElsewhere as conflict:
        return both_versions(request, view, page, conflict, typed)
    except Invalid as refusal:
        found = [FieldError(page, refusal.field or "", refusal.message)]
        return pages.render(request, "cases/page.html", page_context(view, page, found, typed=typed), status=422)
    view = draft_view(request, draft_id)
    if request.headers.get("X-Autosave"):
        return HttpResponse(status=204, headers={STAMP_HEADER: view.plan.page_stamp(page)})
    if "doubt" in typed:
        return redirect(correction_address(view, typed, page) or address_of(view, page))
    if "later" in typed:
        messages.success(request, "已保存。随时回来接着填，换一台手机或电脑也可以。")
        return redirect("cases:tasks", draft_id)
    if problems:
        return pages.render(request, "cases/page.html", page_context(view, page, problems), status=422)
    return redirect(next_address(view, page))


def both_versions(
    request: Request, view: DraftView, page: str, conflict: services.SavedElsewhere, typed: Mapping[str, str]
) -> HttpResponse:
    """Show what another window stored beside what was typed here, and let the applicant choose (409)."""
    context = page_context(view, page, [], typed=typed)
    context |= {
        "conflict": conflict.message,
        "other": address_of(view, CHECK) if view.only_page else context["action"],
        "save": "保存这里填的，去核对" if view.only_page else "保存这里填的，下一步",
        "stored": _stored(view, page, conflict.stored, typed),
    }
    return pages.render(request, "cases/page.html", context, status=409)


def _has_page(view: DraftView, key: str) -> bool:
    if key == QUESTIONS:
        return bool(view.plan.bundle.questions)
    try:
        view.page(key)
    except NotFound:
        return False
    return True


def page_context(
    view: DraftView, key: str, problems: list[FieldError], *, typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Return the context of a page. `typed` is shown instead of the stored answers, if it could not be saved."""
    if key == QUESTIONS:
        depends = "要哪些材料" if view.application.kind == ServiceKind.ITEM else "办哪几项、要哪些材料"
        title, hint = f"先回答{QUESTION_FORM}", f"按实际情况回答，我们据此决定{depends}。"
        facts, settled = view.known_answers, []
    else:
        found = view.page(key)
        title, hint, facts = found.title, found.hint, found.facts
        settled = settled_of(view, found)
    fields = fields_of(view, key, problems, typed)
    return frame(view, key) | {
        "page": {"key": key, "title": title, "hint": hint},
        "facts": facts,
        "settled": settled,
        "fields": fields,
        "first": "" if problems or typed else first_to_type(fields),
        "errors": [(p.sentence, f"#id_{p.field}") for p in problems],
        "seen": view.plan.page_stamp(key),
        "action": address_of(view, key),
        "save": "保存，去核对" if view.only_page else "保存，下一步",
    }


def settled_of(view: DraftView, page: PageView) -> list[dict[str, str]]:
    """Return the fields of a page that nobody has to answer, as rows with the answer and why nobody is asked."""
    rows = []
    for field in page.settled:
        same = bool(field.settled_by and view.facts.get(field.settled_by))
        why = "选哪一个结果都一样，不用再选" if same else "按现有记录只能是这一个，不用再选"
        answer = in_words(field, view.answers.get(field.key, ""), view.shown_values)
        rows.append({"key": field.label, "value": f"{answer}（{why}）"})
    return rows


def fields_of(
    view: DraftView, key: str, problems: list[FieldError], typed: Mapping[str, str] | None = None
) -> list[ShownField]:
    """Return the fields of a page with the stored answers, or those that were typed, and with their errors."""
    answers = {**view.answers, **(typed or {})}
    errors = {p.field: p.sentence for p in problems}
    new = typed is None and not problems and key not in view.application.pages_done
    facts = view.facts
    if key == QUESTIONS:
        asked = view.questions
        return [shown_question(q, answers.get(q.key, ""), errors.get(q.key, ""), facts, new=new) for q in asked]
    fields = view.page(key).fields
    shown = view.shown_values
    return [shown_field(f, answers.get(f.key, ""), errors.get(f.key, ""), facts, shown, new=new) for f in fields]


def _stored(view: DraftView, key: str, stored: Mapping[str, str], typed: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what the other window stored, in words, for each answer that differs from what was typed here."""
    if key == QUESTIONS:
        named = [(q.key, q.text, dict(q.choices)) for q in view.questions]
        rows = [
            (k, label, words.get(stored.get(k, ""), ""), words.get(typed.get(k, ""), "")) for k, label, words in named
        ]
    else:
        rows = [
            (
                f.key,
                f.label,
                in_words(f, stored.get(f.key, ""), view.shown_values),
                in_words(f, typed.get(f.key, ""), view.shown_values),
            )
            for f in view.page(key).fields
        ]
    return [
        {"key": label, "value": f"那边存的：{there or '没有填'}；这里填的：{here or '没有填'}"}
        for k, label, there, here in rows
        if k in stored and there != here
    ]
