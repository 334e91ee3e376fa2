"""What the pages of a draft share: loading it, the order of its pages, and the frame around each."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tongban.foundation.ui.shell import place
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import COMMITMENT, MATERIALS, QUESTIONS
from tongban.handling.cases.queries.drafts import DraftView
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import BundleStep, Item
from tongban.people.identity.requests import Request
from tongban.people.workorders.queries import Standing

CHECK = "check"
QUESTION_FORM = "几个问题"
CAME_FROM = "from"
"""The name of the parameter with the page of the draft on which 有误？ was pressed."""
SEEN = "_seen"
"""The name of the hidden field with the stamp of the page as it was opened."""


def draft_view(request: Request, draft_id: UUID) -> DraftView:
    """Return the actor's draft, without materials and problems."""
    return queries.draft(draft_id, actor=request.actor)


def checked_draft(request: Request, draft_id: UUID) -> DraftView:
    """Return the actor's draft with its materials and problems."""
    return services.check_draft(draft_id, actor=request.actor)


def redirect_if_submitted(application: Application) -> HttpResponse | None:
    """Return a redirect to the receipt if the application is no longer a draft, else None."""
    if application.state == Application.States.DRAFT:
        return None
    return redirect("cases:receipt", application.number)


def order_of(view: DraftView) -> list[tuple[str, str, bool]]:
    """Return (key, title, done) of all pages of the draft, in their order. Pages with nothing to do are left out."""
    if view.only_page:
        return [(CHECK, "填写并提交", False)]
    order = [(QUESTIONS, QUESTION_FORM, view.questions_done)] if view.questions else []
    order += [(p.key, p.title, p.done) for p in view.pages]
    if view.has_materials:
        order.append((MATERIALS, "材料", MATERIALS in view.application.pages_done))
    return [*order, (CHECK, "核对并提交", False)]


def address_of(view: DraftView, key: str) -> str:
    """Return the address of a page of the draft."""
    draft_id = view.application.id
    if key in {MATERIALS, CHECK}:
        return reverse(f"cases:{key}", args=[draft_id])
    return reverse("cases:page", args=[draft_id, key])


def first_open(view: DraftView) -> str:
    """Return the key of the first page on which something is left to do."""
    return next(key for key, _, done in order_of(view) if not done)


def next_address(view: DraftView, key: str) -> str:
    """Return the address of the next page on which something is left to do, after a page of the draft."""
    order = order_of(view)
    keys = [page[0] for page in order]
    after = order[keys.index(key) + 1 :] if key in keys else order
    return address_of(view, next((k for k, _, done in [*after, *order] if not done), CHECK))


def correction_address(view: DraftView, typed: Mapping[str, str], page: str) -> str:
    """Return where 有误？ leads that was pressed on a page, or an empty string if none of the draft's facts was.

    The name of the fact comes from the browser, so only one that the draft shows counts.
    """
    if typed.get("doubt") not in {fact.key for fact in view.shown_facts}:
        return ""
    asked = reverse("cases:fact_correction", args=[view.application.id, typed["doubt"]])
    return f"{asked}?{urlencode({CAME_FROM: page})}"


def correction_label(standing: Standing) -> str:
    """Return in words how far the correction of a fact is, for the applicant."""
    if standing.running:
        return "更正处理中"
    return "已更正" if standing.outcome == "corrected" else "更正已答复" if standing.outcome else "更正已撤回"


def way_back(view: DraftView, page: str, fact: str) -> str:
    """Return the address of a fact on the page of the draft from which its reader came.

    Without a page of the draft, it is where something is left to do.
    """
    if page not in {key for key, _, _ in order_of(view)}:
        return reverse("cases:resume", args=[view.application.id])
    return f"{address_of(view, page)}#fact-{fact}"


def progress_address(number: str) -> str:
    """Return the address of the page that shows the application's progress, or of its receipt if there is none."""
    return place("application", number) or reverse("cases:receipt", args=[number])


def named_items(view: DraftView) -> list[tuple[BundleStep, Item]]:
    """Return each step that the answers choose with its item, under the present names of departments.

    At most one query.
    """
    items = catalog.items_as_named_now(view.plan.items)
    return [(step, items[step.key]) for step in view.steps]


def frame(view: DraftView, current: str) -> dict[str, object]:
    """Return the template context of the frame: the list of pages, the position in it, and the way back."""
    order = order_of(view)
    steps = [
        {
            "key": key,
            "title": title,
            "href": address_of(view, key),
            "state": "now" if key == current else "done" if done else "todo",
        }
        for key, title, done in order
    ]
    keys = [key for key, _, _ in order]
    position = keys.index(current) if current in keys else 0
    first = next((step for step in steps if step["state"] != "done"), steps[-1])
    return {
        "view": view,
        "current": current,
        "correction_label": correction_label,
        "application": view.application,
        "steps": steps,
        "position": position + 1,
        "total": len(order),
        "back": address_of(view, keys[position - 1])
        if position
        else reverse("cases:tasks", args=[view.application.id]),
        "first_open": first,
        "done": sum(1 for _, _, is_done in order if is_done),
        "seen_name": SEEN,
    }


def anchor_of(view: DraftView, problem: FieldError) -> str:
    """Return the fragment of the control that corrects the problem: a field, a commitment's box, or a file field."""
    if problem.page != MATERIALS:
        return f"#id_{problem.field}"
    ticked = any(m.material.key == problem.field and m.to_tick for m in view.materials)
    return f"#id_{COMMITMENT}{problem.field}" if ticked else f"#file-{problem.field}"
