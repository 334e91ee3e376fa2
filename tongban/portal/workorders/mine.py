"""What one raised oneself: the list, a new one, and one order with its answer."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.foundation.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tongban.foundation.ui import pages
from tongban.people.identity.access import applicant_required, in_own_name
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.people.workorders import queries, services
from tongban.portal.workorders import words
from tongban.portal.workorders.orderpage import order_page

GROUPS = (("", "全部"), ("running", "办理中"), ("answered", "等您确认"), ("ended", "已结束"))
SAID = {
    "notes": "已补充，工作人员会看到",
    "closing": "谢谢，这张工单已办结",
    "reopening": "已转给工作人员重新办理",
    "withdrawal": "已撤回",
}


@applicant_required
@in_own_name
@require_safe
def orders(request: Request) -> HttpResponse:
    """What I raised, latest first."""
    subject_id = request.actor.party
    group = request.GET.get("group", "")
    group = group if group in dict(GROUPS) else ""
    counts = queries.counts_for_citizen(subject_id)
    tabs = [
        {"text": text, "href": f"?{urlencode({'group': key})}", "current": key == group, "count": counts[key or "all"]}
        for key, text in GROUPS
    ]
    context = {
        "page": queries.for_citizen(subject_id, group=group, page=request.GET.get("page", "1")),
        "tabs": tabs,
        "group": group,
        "query": f"group={group}&" if group else "",
        "words": words,
    }
    return pages.render(request, "workorders/my_list.html", context)


@applicant_required
@in_own_name
@require_http_methods(["GET", "HEAD", "POST"])
def raise_new(request: Request) -> HttpResponse:
    """Raise an order of a kind that is open to everybody, with a department of one's choice."""
    actor = request.actor
    open_kinds = queries.open_kinds()
    kind = next((k for k in open_kinds if k.key == request.POST.get("kind")), open_kinds[0])
    errors: dict[str, str] = {}
    if request.method == "POST":
        department = _department(request)
        if department is None:
            errors["department"] = "请选择由哪个部门来办。"
        try:
            order = services.raise_order(
                kind.key, text=request.POST.get("text", ""), department_id=department, actor=actor
            )
            messages.success(request, f"已转给{order.post.department.name}，工作人员会在 {kind.days} 个工作日内答复。")
            return redirect("workorders:my-order", order.number)
        except (Invalid, NotFound) as refusal:
            errors[refusal.field or "department"] = refusal.message
    context = {
        "kinds": open_kinds,
        "kind": kind,
        "departments": [(str(one.id), one.name) for one in organisation.departments()],
        "typed": request.POST,
        "errors": errors,
    }
    return pages.render(request, "workorders/raise.html", context, status=422 if errors else 200)


@applicant_required
@in_own_name
@require_safe
def order(request: Request, number: str) -> HttpResponse:
    """One's own order: what was asked, where it is, what was answered."""
    return _page(request, number)


@applicant_required
@in_own_name
@require_POST
def act(request: Request, number: str, act: str) -> HttpResponse:
    """Add a word, be content, ask again, or withdraw."""
    actor = request.actor
    order_id = queries.order_for_citizen(number, actor).order.id
    sent = request.POST
    try:
        if act == "notes":
            services.add_note(order_id, text=sent.get("note", ""), actor=actor)
        elif act == "closing":
            services.close(order_id, actor=actor)
        elif act == "reopening":
            services.reopen(order_id, reason=sent.get("reason", ""), actor=actor)
        elif act == "withdrawal":
            services.withdraw(order_id, actor=actor)
        else:
            raise NotFound
    except (Invalid, Conflict, NotAllowed) as refusal:
        return _page(request, number, refusal)
    messages.success(request, f"{SAID[act]}。")
    return redirect("workorders:my-order", number)


def _page(request: Request, number: str, refusal: DomainError | None = None) -> HttpResponse:
    file = queries.order_for_citizen(number, request.actor)
    return order_page(request, "workorders/my_order.html", file, refusal)


def _department(request: Request) -> UUID | None:
    try:
        return UUID(request.POST.get("department", ""))
    except ValueError:
        return None
