"""The public pages of the catalogue: lists, guides and search."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import get_script_prefix, get_urlconf, reverse
from django.views.decorators.http import require_safe

from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.by_version import ByVersion
from tongban.foundation.ui.keeping import kept
from tongban.foundation.ui.publications import CATALOGUE, DEPARTMENTS
from tongban.foundation.ui.shell import place
from tongban.foundation.ui.tabs import tabs
from tongban.handling.catalog import guide, queries, services, times
from tongban.handling.catalog.asked import asked_materials
from tongban.handling.catalog.levels import need_of
from tongban.handling.catalog.ports import on_guide
from tongban.handling.catalog.schema import Bundle, Item
from tongban.handling.catalog.vocabulary import (
    HANDLE_FORMS,
    LIFE_EVENTS,
    ONLINE_DEPTHS,
    PROJECT_TYPES,
    TASK_TYPES,
    USE_LEVELS,
    ServiceKind,
)
from tongban.people.api.guesses import is_among_first

COUNTED_SEARCHES = 60
"""Searches of one network that the statistics count in an hour; a hall of many people hardly has more."""
Guide = dict[str, object]
"""The context of a guide. Kept and shared between requests: no template may change it."""
_guides: ByVersion[Guide] = ByVersion(CATALOGUE, DEPARTMENTS, most=2048)
"""Only guides that exist are kept. A city offers some hundreds of items and bundles."""
SERVES = (("", "全部"), ("person", "个人"), ("organisation", "企业和组织"))


@public
@kept(
    CATALOGUE,
    DEPARTMENTS,
    query=("theme", "department", "serves", "life", "group", "instant", "cross", "page"),
)
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """List the items in force, with filters and search."""
    get = request.GET
    serves = get.get("serves", "")
    wanted = queries.Filter(
        theme=_word(request, "theme"),
        department=_word(request, "department"),
        serves=serves if serves in dict(SERVES) else "",
        life=_word(request, "life"),
        group=_word(request, "group"),
        q=_word(request, "q"),
        instant=get.get("instant") == "1",
        cross=get.get("cross") == "1",
    )
    return pages.render(
        request,
        "catalog/items.html",
        {
            "page": queries.items(wanted, page=get.get("page", "1")),
            "bundles": _cards(queries.bundles_first(wanted, page=get.get("page", "1"))),
            "wanted": wanted,
            "facets": queries.facets(wanted),
            "query": _query(wanted),
            "kept": [(name, value) for name, value in _chosen(wanted).items() if name != "q"],
            "tabs": [
                {"text": text, "href": "?" + _query(wanted, serves=value), "current": wanted.serves == value}
                for value, text in SERVES
            ],
            "promise": times.promise,
        },
    )


def _word(request: HttpRequest, name: str) -> str:
    """Return a query parameter, cut to 60 characters."""
    return request.GET.get(name, "")[:60]


def _query(wanted: queries.Filter, **changes: str) -> str:
    text = urlencode(_chosen(wanted, **changes))
    return text + "&" if text else ""


def _chosen(wanted: queries.Filter, **changes: str) -> dict[str, str]:
    """Return the filter as the query parameters of its page."""
    values = {
        "serves": wanted.serves,
        "theme": wanted.theme,
        "department": wanted.department,
        "life": wanted.life,
        "group": wanted.group,
        "q": wanted.q,
        "instant": "1" if wanted.instant else "",
        "cross": "1" if wanted.cross else "",
    } | changes
    return {key: value for key, value in values.items() if value}


@public
@kept(CATALOGUE, DEPARTMENTS)
@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    """Show the guide of an item."""
    shown = _guide("item", code, lambda: _guide_of_item(code))
    return pages.render(request, "catalog/item.html", {**shown, "underway": on_guide.fill(request, code)})


def _guide(kind: str, key: str, make: Callable[[], Guide]) -> Guide:
    """Return what a guide shows to everybody, kept until the catalogue or a department's name changes."""
    return _guides.get((kind, key, get_urlconf(), get_script_prefix()), make)


def _guide_of_item(code: str) -> Guide:
    spec = queries.item_as_named_now(queries.item(code))
    bundle = queries.bundle_in_force(spec.apply_through) if spec.apply_through else None
    rows = guide.material_rows(spec.materials, guide.answer_words(bundle, [spec]))
    through = queries.bundles_with(code)
    return {
        "item": spec,
        "materials": rows,
        "material_sum": guide.material_sum(rows),
        "bundles": through,
        "through": next((name for key, name in through if key == spec.apply_through), ""),
        "start": _item_start(spec, bundle),
        "promise": times.promise(spec.promised_days, instant=spec.instant),
        "acceptance": times.acceptance_words([spec]),
        "need": need_of(spec),
        "serves": guide.serves_words(spec.serves),
        "task_type": TASK_TYPES.get(spec.task_type, ""),
        "project_type": PROJECT_TYPES[spec.project_type],
        "use_level": USE_LEVELS[spec.use_level],
        "online_depth": ONLINE_DEPTHS.get(spec.online_depth, ""),
        "handle_forms": "、".join(HANDLE_FORMS[form] for form in spec.handle_forms if form in HANDLE_FORMS),
    }


def _item_start(spec: Item, through: Bundle | None) -> str:
    """Return where the item is started: in its bundle, unless it can also be applied for alone afterwards."""
    if not spec.authored:
        return ""
    if spec.apply_through and not (through and through.later_resource):
        return start_address(ServiceKind.BUNDLE, spec.apply_through)
    return start_address(ServiceKind.ITEM, spec.code)


def start_address(kind: str, key: str) -> str:
    """Return the address of the page that starts an application. It belongs to the room `cases`, above this one."""
    return place("apply", kind, key)


@public
@kept(CATALOGUE, DEPARTMENTS, query=("serves",))
@require_safe
def bundles(request: HttpRequest) -> HttpResponse:
    """List the bundles in force."""
    serves = request.GET.get("serves", "")
    serves = serves if serves in dict(SERVES) else ""
    return pages.render(
        request,
        "catalog/bundles.html",
        {
            "bundles": _cards(queries.bundles(serves)),
            "serves": serves,
            "tabs": tabs("serves", SERVES, current=serves),
        },
    )


def _cards(bundles: list[Bundle]) -> list[dict[str, object]]:
    """Return the cards of bundles, with their times. One query for all of them."""
    items = queries.items_named({step.item for bundle in bundles for step in bundle.steps if step.item})
    return [
        {
            "bundle": bundle,
            "facts": times.bundle_facts(bundle, items),
            "promise": times.whole_promise(bundle.steps, items),
        }
        for bundle in bundles
    ]


@public
@kept(CATALOGUE, DEPARTMENTS)
@require_safe
def bundle(request: HttpRequest, key: str) -> HttpResponse:
    """Show the guide of a bundle, with the graph of its steps."""
    shown = _guide("bundle", key, lambda: _guide_of_bundle(key))
    return pages.render(request, "catalog/bundle.html", {**shown, "underway": on_guide.fill(request, key)})


def _guide_of_bundle(key: str) -> Guide:
    spec = queries.bundle(key)
    found = queries.items_named(step.item for step in spec.steps if step.item)
    naming = queries.Naming()
    steps = guide.step_rows(spec, found, naming.short_names())
    in_order = [found[step.item] for step in spec.steps if step.item in found]
    rows = guide.material_rows(asked_materials(in_order), guide.answer_words(spec, in_order))
    return {
        "bundle": naming.bundle(spec),
        "serves": guide.serves_words(spec.serves),
        "steps": steps,
        "graph": [step.for_graph() for step in steps],
        "instant": [step for step in steps if step.instant],
        "later": sorted((step for step in steps if not step.instant), key=lambda step: step.days),
        "departments": list(dict.fromkeys(step.department for step in steps)),
        "materials": rows,
        "material_sum": guide.material_sum(rows),
        "free": sum(1 for row in rows if row.kind == "ok"),
        "fees_unknown": any(item.fee is None for item in in_order),
        "start": start_address(ServiceKind.BUNDLE, spec.key) if spec.authored else "",
        "visits": max((item.visits for item in in_order), default=0),
        "laws": list(dict.fromkeys(law for item in in_order for law in item.legal_basis)),
        "acceptance": times.acceptance_words(in_order),
    }


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search for services and pages, and record what was typed, but no further page of results and no link of ours."""
    text = _word(request, "q")
    found = queries.search(text, page=request.GET.get("page", "1"))
    is_typed = found.text and request.method == "GET" and not {"page", "by"} & request.GET.keys()
    if is_typed and is_among_first(request, "search", most=COUNTED_SEARCHES):
        services.record_query(found.text, hits=found.count + bool(found.elsewhere))
    context = {
        "found": found,
        "query": urlencode({"q": found.text}) + "&",
        "promise": times.promise,
        "near": [_offered(service) for service in queries.near_misses(text)] if found.text and not found.count else [],
        "life_events": LIFE_EVENTS,
    }
    return pages.render(request, "catalog/search.html", context)


@public
@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """Return suggestions for the text typed so far, for the list under a search box."""
    offered = [_offered(service) for service in queries.suggestions(_word(request, "q"))]
    return JsonResponse({"suggestions": offered}, json_dumps_params={"ensure_ascii": False})


def _offered(service: queries.Suggestion) -> dict[str, str]:
    href = service.href or reverse(f"catalog:{service.kind}", args=[service.key])
    return {"name": service.name, "why": service.why, "href": href}
