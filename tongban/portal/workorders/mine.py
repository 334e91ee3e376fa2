"""The pages of whoever raised an order: the list, a new order, and one order with its answer."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import ConcurrentForm, Form
from tongban.foundation.ui.tabs import query_of, tabs
from tongban.people.identity.access import applicant_required, in_own_name
from tongban.people.identity.requests import Request
from tongban.people.workorders import queries, services
from tongban.portal.workorders import words
from tongban.portal.workorders.forms import NoteForm, RaiseForm, ReturnForm
from tongban.portal.workorders.orderpage import order_page

GROUPS = (("", "全部"), ("running", "办理中"), ("answered", "等您确认"), ("ended", "已结束"))


@applicant_required
@in_own_name
@require_safe
def orders(request: Request) -> HttpResponse:
    """List the reader's orders, latest first."""
    subject_id = request.actor.party
    group = request.GET.get("group", "")
    group = group if group in dict(GROUPS) else ""
    counts = queries.counts_for_citizen(subject_id)
    context = {
        "page": queries.for_citizen(subject_id, group=group, page=request.GET.get("page", "1")),
        "tabs": tabs("group", GROUPS, current=group, counts=counts),
        "group": group,
        "query": query_of({"group": group}) + "&" if group else "",
        "words": words,
    }
    return pages.render(request, "workorders/my_list.html", context)


@applicant_required
@in_own_name
@require_http_methods(["GET", "HEAD", "POST"])
def raise_new(request: Request) -> HttpResponse:
    """Raise an order of a kind that is open to everybody, with a department of the reader's choice."""
    form = RaiseForm.of(request, kinds=queries.open_kinds())
    kind = form.chosen
    if form.is_valid():
        typed = form.cleaned_data
        with form.refusals():
            order = services.raise_order(
                kind.key, text=typed["text"], department_id=UUID(typed["department"]), actor=request.actor
            )
            messages.success(request, f"已转给{order.post.department.name}，工作人员会在 {kind.days} 个工作日内答复。")
            return redirect("workorders:my-order", order.number)
    return pages.render(request, "workorders/raise.html", {"form": form, "kind": kind}, status=form.status)


@applicant_required
@in_own_name
@require_safe
def order(request: Request, number: str) -> HttpResponse:
    """Show one of the reader's orders: its text, state and answer."""
    return _page(request, queries.order_for_citizen(number, request.actor))


@applicant_required
@in_own_name
@require_POST
def notes(request: Request, number: str) -> HttpResponse:
    """Add a note to the order."""
    actor = request.actor
    return _add(
        request, number, NoteForm.of(request),
        lambda order, typed: services.add_note(order, text=typed["note"], actor=actor), "已补充，工作人员会看到。",
    )  # fmt: skip


@applicant_required
@in_own_name
@require_POST
def acceptances(request: Request, number: str) -> HttpResponse:
    """Accept the answer, which closes the order."""
    actor = request.actor
    return _add(
        request, number, ConcurrentForm.of(request),
        lambda order, typed: services.close(order, actor=actor), "谢谢，这张工单已办结。",
    )  # fmt: skip


@applicant_required
@in_own_name
@require_POST
def returns(request: Request, number: str) -> HttpResponse:
    """Return the answer (重新办理), which reopens the order. This is possible once."""
    actor = request.actor
    return _add(
        request, number, ReturnForm.of(request),
        lambda order, typed: services.reopen(order, reason=typed["reason"], actor=actor), "已转给工作人员重新办理。",
    )  # fmt: skip


@applicant_required
@in_own_name
@require_POST
def withdrawals(request: Request, number: str) -> HttpResponse:
    """Withdraw the order; it needs no answer any more."""
    actor = request.actor
    return _add(
        request, number, ConcurrentForm.of(request),
        lambda order, typed: services.withdraw(order, actor=actor), "已撤回。",
    )  # fmt: skip


def _add(
    request: Request, number: str, form: Form, service: Callable[[UUID, dict[str, str]], object], said: str
) -> HttpResponse:
    """Check the form and call the service. On a refusal, show the page again with what was typed."""
    file = queries.order_for_citizen(number, request.actor)
    if form.is_valid():
        with form.refusals():
            service(file.order.id, form.cleaned_data)
            messages.success(request, said)
            return redirect("workorders:my-order", number)
        file = queries.order_for_citizen(number, request.actor)  # its state may have changed meanwhile
    return _page(request, file, form)


def _page(request: Request, file: queries.OrderFile, sent: Form | None = None) -> HttpResponse:
    forms: dict[str, Form] = {}
    if file.acts.note:
        forms["note"] = sent if isinstance(sent, NoteForm) else NoteForm()
    if file.acts.reopen:
        forms["return"] = sent if isinstance(sent, ReturnForm) else ReturnForm()
    return order_page(request, "workorders/my_order.html", file, forms, sent=sent)
