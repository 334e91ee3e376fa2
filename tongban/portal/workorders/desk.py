"""The officers' pages: orders of their posts, one order, and each act as one call into the domain."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tongban.foundation.errors import Conflict, DomainError, Invalid, NotFound
from tongban.foundation.ui import pages
from tongban.people.identity.access import officer_required
from tongban.people.identity.requests import Request
from tongban.people.workorders import queries, services
from tongban.people.workorders.rules import LABELS
from tongban.portal.workorders.orderpage import order_page

LIGHTS = (("", "全部在办", ""), ("red", "已超期", "red"), ("yellow", "临近到期", "yellow"), ("green", "按时", "green"))
SAID = {
    "taking": "已接办，请在期限内答复",
    "handing-on": "已转交",
    "notes": "已补充",
    "answer": "已答复，等反映人确认",
    "closing": "已办结",
}


@officer_required
@require_safe
def orders(request: Request) -> HttpResponse:
    """The orders of the officer's posts, what is due first."""
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
        "lights": [
            {
                "number": counts[light or "all"],
                "word": word,
                "href": f"?{_query(light=light, **kept)}",
                "current": filters.light == light and not filters.state,
                "state": colour,
            }
            for light, word, colour in LIGHTS
        ],
        "query": _query(light=filters.light, state=filters.state, **kept) + "&" if filtered else "",
    }
    return pages.render(request, "workorders/desk_list.html", context)


@officer_required
@require_safe
def order(request: Request, number: str) -> HttpResponse:
    """One order: what is asked, what was said, what may be done now."""
    return _page(request, number)


@officer_required
@require_POST
def act(request: Request, number: str, act: str) -> HttpResponse:
    """Take, hand on, note, answer or close; what is refused comes back with the words that were typed."""
    actor = request.actor
    file = queries.order_for_officer(number, actor)
    sent, order_id = request.POST, file.order.id
    try:
        if act == "taking":
            services.take(order_id, actor=actor)
        elif act == "handing-on":
            services.hand_on(order_id, post_id=_post(sent.get("post", "")), reason=sent.get("reason", ""), actor=actor)
        elif act == "notes":
            services.add_note(
                order_id, text=sent.get("note", ""), internal=sent.get("internal", "yes") != "no", actor=actor
            )
        elif act == "answer":
            services.answer(order_id, outcome=sent.get("outcome", ""), text=sent.get("answer", ""), actor=actor)
        elif act == "closing":
            services.close(order_id, actor=actor)
        else:
            raise NotFound
    except (Invalid, Conflict) as refusal:
        return _page(request, number, refusal)
    messages.success(request, f"{SAID[act]}。")
    if act == "handing-on":
        return redirect("workorders:desk-orders")
    return redirect("workorders:desk-order", number)


def _page(request: Request, number: str, refusal: DomainError | None = None) -> HttpResponse:
    file = queries.order_for_officer(number, request.actor)
    departments = queries.posts_by_department() if file.acts.hand_on else []
    return order_page(request, "workorders/desk_order.html", file, refusal, departments=departments)


def _post(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("请选择转交给哪个岗位。", field="post") from None


def _query(**values: str) -> str:
    return urlencode({key: value for key, value in values.items() if value})
