"""Start a draft, return to where it was left, see how far it is, discard it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation import clock
from tongban.foundation.ui import pages
from tongban.foundation.ui.shell import HOME, place
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application
from tongban.handling.cases.once import AlreadyApplied, left_out
from tongban.handling.cases.rights import CannotStart, can_be_alone
from tongban.handling.cases.views.frame import (
    address_of,
    draft_view,
    first_open,
    frame,
    named_items,
    progress_address,
    redirect_if_submitted,
)
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Bundle, Item
from tongban.handling.catalog.times import acceptance_words, promise, whole_promise
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity.access import applicant_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: Request, kind: str, key: str) -> HttpResponse:
    """Start a draft, or return to the unfinished one; a guide's button posts here. GET explains what will happen."""
    if kind not in set(ServiceKind):
        raise Http404
    actor = request.actor
    refusal: CannotStart | AlreadyApplied | None = None
    if request.method == "POST":
        try:
            draft = _start(kind, key, alone=request.POST.get("alone") == "yes", actor=actor)
            view = draft_view(request, draft.id)
            return redirect(address_of(view, first_open(view)))
        except (CannotStart, AlreadyApplied) as cannot:
            refusal = cannot
    spec = catalog.bundle(key) if kind == ServiceKind.BUNDLE else catalog.item(key)
    unfinished = queries.draft_of(key, actor=actor)
    refusal = refusal or (None if unfinished else queries.why_not_start(spec, actor=actor))
    is_applied = isinstance(refusal, AlreadyApplied)
    is_later = isinstance(spec, Item) and can_be_alone(spec)
    context = {
        "spec": spec,
        "draft": unfinished,
        "guide": reverse(f"catalog:{kind}", args=[key]),
        "refusal": refusal,
        "is_applied": is_applied,
        "earlier": progress_address(refusal.number) if isinstance(refusal, AlreadyApplied) and refusal.number else "",
        "through": "" if is_later else getattr(spec, "apply_through", ""),
        "later_than": catalog.bundle(spec.apply_through).name if isinstance(spec, Item) and is_later else "",
        "left": _left_out(spec, refusal) if isinstance(refusal, AlreadyApplied) else [],
    }
    status = refusal.status if refusal and request.method == "POST" else 200
    return pages.render(request, "cases/start.html", context, status=status)


def _start(kind: str, key: str, *, alone: bool, actor: Actor) -> Application:
    """Start a draft of the service. An item may start its bundle instead, unless it is asked for alone."""
    if kind == ServiceKind.BUNDLE or alone:
        return services.start_draft(key, kind=kind, actor=actor)
    return services.start_in_bundle_or_alone(key, actor=actor)


def _left_out(spec: Bundle | Item, refusal: AlreadyApplied) -> list[tuple[str, str]]:
    """Return (name, address of the start page) of the items that were left out of the earlier application."""
    steps = left_out(spec, refusal.earlier, clock.now())
    return [(step.name, reverse("cases:start", args=[ServiceKind.ITEM, step.item])) for step in steps]


@applicant_required
@require_safe
def resume(request: Request, draft_id: UUID) -> HttpResponse:
    """Lead to the first page of the draft on which something is left to do."""
    view = draft_view(request, draft_id)
    return redirect_if_submitted(view.application) or redirect(address_of(view, first_open(view)))


@applicant_required
@require_safe
def task_list(request: Request, draft_id: UUID) -> HttpResponse:
    """Show which pages of the draft are done, and what will be done in what time."""
    view = draft_view(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    items = {item.code: item for item in view.plan.items.values()}
    context = frame(view, "") | {
        "items": named_items(view),
        "promise": promise,
        "whole": whole_promise(view.steps, items),
        "acceptance": acceptance_words(view.plan.items.values()),
    }
    return pages.render(request, "cases/tasks.html", context)


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: Request, draft_id: UUID) -> HttpResponse:
    """Discard a draft, after asking once, and once more whether requests for corrections that it made go on."""
    if request.method != "POST":
        return pages.render(request, "cases/discard.html", {"draft": draft_view(request, draft_id)})
    end = request.POST.get("corrections") == "end"
    services.discard_draft(draft_id, actor=request.actor, end_corrections=end)
    messages.success(request, "草稿已放弃，还没有答复的更正申请也已撤回。" if end else "草稿已放弃。")
    return redirect(place("my") or HOME)
