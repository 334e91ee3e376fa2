"""The officers' pages: orders of their posts, one order, and what officers do with it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import ConcurrentForm, Form
from tongban.foundation.ui.tabs import light_counts, query_of
from tongban.people.identity.access import officer_required
from tongban.people.identity.requests import Request
from tongban.people.workorders import queries, services
from tongban.people.workorders.rules import LABELS
from tongban.portal.workorders.forms import AnswerForm, OfficerNoteForm, TransferForm
from tongban.portal.workorders.orderpage import order_page


@officer_required
@require_safe
def orders(request: Request) -> HttpResponse:
    """List the orders of the officer's posts, the earliest deadline first."""
    actor = request.actor
    asked = {name: str(value).strip()[:40] for name, value in request.GET.items()}
    filters = queries.Filters(
        kind=asked.get("kind", ""),
        state=asked.get("state", "") if asked.get("state") in set(LABELS) else "",
        light=asked.get("light", ""),
        number=asked.get("q", "").replace(" ", ""),
    )
    counts = queries.counts_for_officer(actor, filters=filters)
    kept = {"kind": filters.kind, "q": filters.number}
    filtered = filters != queries.Filters()
    context = {
        "page": queries.for_officer(actor, filters=filters, page=asked.get("page", "1")),
        "filters": filters,
        "filtered": filtered,
        "kinds": queries.all_kinds(),
        "states": [(state.value, label) for state, label in LABELS.items()],
        "lights": light_counts("全部在办", counts, current=None if filters.state else filters.light, kept=kept),
        "query": query_of({"light": filters.light, "state": filters.state, **kept}) + "&" if filtered else "",
    }
    return pages.render(request, "workorders/desk_list.html", context)


@officer_required
@require_safe
def order(request: Request, number: str) -> HttpResponse:
    """Show one order with its history and what the officer may do now."""
    return _page(request, queries.order_for_officer(number, request.actor))


@officer_required
@require_POST
def assignments(request: Request, number: str) -> HttpResponse:
    """Take the order (接办): the officer becomes responsible for answering it."""
    return _add(
        request, number, lambda file: ConcurrentForm.of(request),
        lambda order, _: services.take(order, actor=request.actor),
        "已接办，请在期限内答复。",
    )  # fmt: skip


@officer_required
@require_POST
def transfers(request: Request, number: str) -> HttpResponse:
    """Transfer the order to another post (转交), which becomes responsible for it."""

    def transfer(order_id: UUID, typed: dict[str, str]) -> None:
        services.transfer(order_id, post_id=UUID(typed["post"]), reason=typed["reason"], actor=request.actor)

    made = partial(TransferForm.of, request)
    return _add(request, number, lambda file: made(file=file), transfer, "已转交。", to="workorders:desk-orders")


@officer_required
@require_POST
def notes(request: Request, number: str) -> HttpResponse:
    """Add a note, for colleagues only or also for whoever raised the order."""

    def note(order_id: UUID, typed: dict[str, str]) -> None:
        services.add_note(order_id, text=typed["note"], internal=typed["internal"] == "yes", actor=request.actor)

    return _add(request, number, lambda file: OfficerNoteForm.of(request), note, "已补充。")


@officer_required
@require_POST
def answers(request: Request, number: str) -> HttpResponse:
    """Answer the order (答复); whoever raised it accepts or returns the answer."""

    def answer(order_id: UUID, typed: dict[str, str]) -> None:
        services.answer(order_id, outcome=typed["outcome"], text=typed["answer"], actor=request.actor)

    made = partial(AnswerForm.of, request)
    return _add(request, number, lambda file: made(file=file), answer, "已答复，等反映人确认。")


@officer_required
@require_POST
def closures(request: Request, number: str) -> HttpResponse:
    """Close an order that a machine raised (办结)."""
    return _add(
        request, number, lambda file: ConcurrentForm.of(request),
        lambda order, _: services.close(order, actor=request.actor),
        "已办结。",
    )  # fmt: skip


def _add(
    request: Request,
    number: str,
    form_for: Callable[[queries.OrderFile], Form],
    service: Callable[[UUID, dict[str, str]], object],
    said: str,
    *,
    to: str = "",
) -> HttpResponse:
    """Check the form and call the service. On a refusal, show the page again with what was typed."""
    file = queries.order_for_officer(number, request.actor)
    form = form_for(file)
    if form.is_valid():
        with form.refusals():
            service(file.order.id, form.cleaned_data)
            messages.success(request, said)
            return redirect(to) if to else redirect("workorders:desk-order", number)
        file = queries.order_for_officer(number, request.actor)  # its state may have changed meanwhile
    return _page(request, file, form)


def _page(request: Request, file: queries.OrderFile, sent: Form | None = None) -> HttpResponse:
    forms: dict[str, Form] = {}
    if file.acts.answer:
        forms["answer"] = sent if isinstance(sent, AnswerForm) else AnswerForm(file=file)
    if file.acts.note:
        forms["note"] = sent if isinstance(sent, OfficerNoteForm) else OfficerNoteForm()
    if file.acts.transfer:
        forms["transfer"] = sent if isinstance(sent, TransferForm) else TransferForm(file=file)
    return order_page(request, "workorders/desk_order.html", file, forms, sent=sent)
