"""Lists of items in force, filtered and paged in SQL, and the counts of each facet."""

import json
from dataclasses import dataclass, replace
from typing import TypedDict

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func, Q, QuerySet

from tongban.foundation.prepared import fetch
from tongban.handling.catalog.models import ItemVersion
from tongban.handling.catalog.queries.indexing import index
from tongban.handling.catalog.queries.versions import bundles, in_force
from tongban.handling.catalog.schema import Bundle
from tongban.handling.catalog.vocabulary import ServiceKind

CARD = (
    "code", "name", "serves", "instant", "cross_region", "authored", "department_name", "promised_days", "visits",
    "nickname",
)  # fmt: skip

CARDS = """
SELECT jsonb_build_object(
    'code', v.code, 'name', v.name, 'serves', v.serves, 'instant', v.instant, 'cross_region', v.cross_region,
    'authored', v.authored, 'department_name', d.short_name, 'promised_days', (v.spec->>'promised_days')::int,
    'visits', (v.spec->>'visits')::int, 'nickname', v.spec->'nicknames'->>0)
FROM catalog_item_version v JOIN catalog_current_item c ON c.version_id = v.id
     JOIN organisation_department d ON d.id = v.department_id
WHERE v.code = ANY(%s)
"""
"""Cards by codes, each as one JSON object, so that no value depends on its place. The search asks for it each time, and
the ORM would take longer than the database."""


class Card(TypedDict):
    """What lists show of an item. `promised_days` are working days."""

    code: str
    name: str
    serves: list[str]
    instant: bool
    cross_region: bool
    authored: bool
    department_name: str
    """The short name."""
    promised_days: int
    visits: int
    nickname: str | None


@dataclass(frozen=True)
class Filter:
    """A filter for the list of items. Empty values do not filter."""

    theme: str = ""
    department: str = ""
    serves: str = ""
    life: str = ""
    group: str = ""
    q: str = ""
    """A search in everyday words; the best hits come first."""
    instant: bool = False
    cross: bool = False


def items(wanted: Filter | None = None, *, page: int | str = 1, size: int = 20) -> Page[Card]:
    """Return a page of the items in force, filtered in SQL. Those with online application come first."""
    wanted = wanted or Filter()
    if wanted.q.strip():
        return Paginator(items_found(wanted.q, wanted, limit=100), size).get_page(page)
    rows = _filtered(wanted)
    return Paginator(_cards(rows.order_by("-authored", "code")), size).get_page(page)


def bundles_first(wanted: Filter, *, page: str = "1") -> list[Bundle]:
    """Return the bundles shown before the first page of a list of one life event or group; otherwise none.

    Bundles whose main life event it is come first.
    """
    narrowed = wanted.theme or wanted.department or wanted.q.strip() or wanted.instant or wanted.cross
    if not (wanted.life or wanted.group) or narrowed or page not in {"", "1"}:
        return []
    found = [
        one
        for one in bundles(wanted.serves)
        if (not wanted.life or wanted.life in {one.life_event, *one.also_life_events})
        and (not wanted.group or wanted.group in one.groups)
    ]
    return sorted(found, key=lambda one: one.life_event != wanted.life)


def items_after(wanted: Filter, *, after: str, limit: int) -> list[Card]:
    """Return at most `limit` items in force whose codes come after `after`, by code."""
    return list(_cards(_filtered(wanted).filter(code__gt=after).order_by("code"))[:limit])


def items_found(text: str, wanted: Filter, *, limit: int) -> list[Card]:
    """Return at most `limit` items that a search finds, best first, narrowed by a filter."""
    keys = _codes_found(text)
    cards = {row["code"]: row for row in _cards(_filtered(wanted).filter(code__in=keys))}
    return [cards[key] for key in keys if key in cards][:limit]


def _codes_found(text: str) -> list[str]:
    return [hit.entry.key for hit in index().find(text) if hit.entry.kind == ServiceKind.ITEM]


def _filtered(wanted: Filter) -> "QuerySet[ItemVersion]":
    rows = in_force()
    if wanted.theme:
        rows = rows.filter(themes__contains=[wanted.theme])
    if wanted.department:
        named = Q(department__name=wanted.department)  # or formerly: a link that somebody kept
        rows = rows.filter(named | Q(department__also_known_as__contains=[wanted.department]))
    if wanted.serves:
        rows = rows.filter(serves__contains=[wanted.serves])
    if wanted.group:
        rows = rows.filter(groups__contains=[wanted.group])
    if wanted.life:
        rows = rows.filter(life_event=wanted.life)
    if wanted.instant:
        rows = rows.filter(instant=True)
    if wanted.cross:
        rows = rows.filter(cross_region=True)
    return rows


FACETS = {"theme": "themes", "life": "life_event", "group": "groups", "department": "department__name"}


def facets(wanted: Filter) -> dict[str, list[tuple[str, int]]]:
    """Return the values of each facet with the number of items, given the other filters. One query for each facet."""
    codes = _codes_found(wanted.q) if wanted.q.strip() else None
    without = {
        "theme": replace(wanted, theme=""),
        "life": replace(wanted, life=""),
        "group": replace(wanted, group=""),
        "department": replace(wanted, department=""),
    }
    counted = {}
    for name, column in FACETS.items():
        rows = _filtered(without[name])
        if codes is not None:
            rows = rows.filter(code__in=codes)
        value: F | Func = Func(F(column), function="unnest") if column in {"themes", "groups"} else F(column)
        found = rows.annotate(value=value).values_list("value").annotate(n=Count("id")).order_by("-n", "value")
        counted[name] = [(text, n) for text, n in found if text]
    return counted


def departments() -> list[str]:
    """Return the names of the departments that have items in force, in the order of their short codes."""
    rows = in_force().values_list("department__name", "department__short_code").distinct()
    return [name for name, _ in sorted(rows, key=lambda row: row[1])]


def themes() -> list[tuple[str, int]]:
    """Return (theme, number of items in force), the largest first."""
    return facets(Filter())["theme"]


def cards_of(codes: list[str]) -> list[Card]:
    """Return the cards of the items in force among `codes`, in their order."""
    cards: dict[str, Card] = {card["code"]: card for card in (json.loads(row) for (row,) in fetch(CARDS, [codes]))}
    return [cards[code] for code in codes if code in cards]


def _cards(rows: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion, Card]":
    cards: QuerySet[ItemVersion, Card] = rows.annotate(
        department_name=F("department__short_name"),
        promised_days=F("spec__promised_days"),
        visits=F("spec__visits"),
        nickname=F("spec__nicknames__0"),
    ).values(*CARD)
    return cards
