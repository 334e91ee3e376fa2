"""ASK: items, bundles, lists, search, and the labels of facts.

Published versions never change, so each process parses a version once and keeps it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypedDict
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func, Max, QuerySet

from tongban.foundation.city import city
from tongban.foundation.errors import NotFound
from tongban.foundation.ui.paging import ConvertedRows
from tongban.handling.catalog import reading
from tongban.handling.catalog.delegable import in_person as in_person
from tongban.handling.catalog.finding import Entry, Index
from tongban.handling.catalog.models import BundleVersion, ItemVersion, SearchQuery
from tongban.handling.catalog.schema import Bundle, Fact, Item
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity.rules import EVERYTHING, THEMES, HasScope, ServiceFacts

_items: dict[UUID, Item] = {}
_bundles: dict[UUID, Bundle] = {}
_item_ids: dict[tuple[str, int], UUID] = {}
_bundle_ids: dict[tuple[str, int], UUID] = {}
CARD = (
    "code", "name", "serves", "instant", "cross_region", "authored", "department_name", "promised_days", "visits",
    "nickname",
)  # fmt: skip


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


class BundleCard(TypedDict):
    """What the search shows of a bundle."""

    key: str
    name: str
    spec__summary: str


def item(code: str, version: int | None = None) -> Item:
    """Return an item: the version in force, or a given version. Raises NotFound.

    A given version that this process has read before costs no query.
    """
    if version is not None and (known := _item_ids.get((code, version))):
        return _items[known]
    rows = ItemVersion.objects.filter(code=code)
    found = _items_of(rows.filter(current__isnull=False) if version is None else rows.filter(version=version))
    if code not in found:
        raise NotFound(_why_not(code, version))
    return found[code]


def _why_not(code: str, version: int | None) -> str:
    name = ItemVersion.objects.filter(code=code).values_list("name", flat=True).first() if version is None else None
    if name:
        return f"“{name}”已经停止办理。要办类似的事，请搜索或拨打 {city().hotline} 咨询。"
    return f"没有找到编号为“{code}”的事项，请从事项目录里查找。"


def items_named(codes: Iterable[str]) -> dict[str, Item]:
    """Return code -> the version in force of several items, in one query. Others are left out."""
    return _items_of(ItemVersion.objects.filter(code__in=list(codes), current__isnull=False))


def newest_items(codes: Iterable[str]) -> dict[str, Item]:
    """Return code -> the newest version of several items, in force or withdrawn, in one query."""
    return _items_of(ItemVersion.objects.filter(code__in=list(codes)).order_by("code", "-version").distinct("code"))


def _items_of(rows: "QuerySet[ItemVersion]") -> dict[str, Item]:
    """Return the items of the rows by code. The ids are queried each time, but each version is parsed only once."""
    ids = dict(rows.values_list("code", "id"))
    unread = [version for version in ids.values() if version not in _items]
    for row in ItemVersion.objects.filter(id__in=unread) if unread else ():
        remember_item(row)
    return {code: _items[version] for code, version in ids.items()}


def withdrawn(codes: Iterable[str]) -> list[str]:
    """Return the names of those items that are no longer in force."""
    wanted = set(codes)
    in_force = set(_in_force().filter(code__in=wanted).values_list("code", flat=True))
    return [item.name for item in newest_items(wanted - in_force).values()] if wanted - in_force else []


def bundle(key: str, version: int | None = None) -> Bundle:
    """Return a bundle: the version in force, or a given version. Raises NotFound."""
    if version is not None and (known := _bundle_ids.get((key, version))):
        return _bundles[known]
    rows = BundleVersion.objects.filter(key=key)
    found = _bundles_of(rows.filter(current__isnull=False) if version is None else rows.filter(version=version))
    if not found:
        raise NotFound("没有找到这件事，请从“一件事”列表里查找。")
    return found[0]


def remember_item(row: ItemVersion) -> Item:
    """Return the item of a row, and keep it for this process."""
    if row.id not in _items:
        _items[row.id] = Item.model_validate(row.spec)
    _item_ids[row.code, row.version] = row.id
    return _items[row.id]


def remember_bundle(row: BundleVersion) -> Bundle:
    """Return the bundle of a row, and keep it for this process."""
    if row.id not in _bundles:
        _bundles[row.id] = Bundle.model_validate(row.spec)
    _bundle_ids[row.key, row.version] = row.id
    return _bundles[row.id]


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
    rows = _in_force()
    if wanted.theme:
        rows = rows.filter(themes__contains=[wanted.theme])
    if wanted.department:
        rows = rows.filter(department__name=wanted.department)
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
    rows = _in_force().values_list("department__name", "department__short_code").distinct()
    return [name for name, _ in sorted(rows, key=lambda row: row[1])]


def bundles(serves: str = "") -> list[Bundle]:
    """Return the bundles in force (`serves`: `person`, `organisation`, or all); with online application first."""
    rows = BundleVersion.objects.filter(current__isnull=False).order_by("-authored", "key")
    if serves:
        rows = rows.filter(serves__contains=[serves])
    return _bundles_of(rows)


def _bundles_of(rows: "QuerySet[BundleVersion]") -> list[Bundle]:
    ids = list(rows.values_list("id", flat=True))
    unread = [version for version in ids if version not in _bundles]
    for row in BundleVersion.objects.filter(id__in=unread) if unread else ():
        remember_bundle(row)
    return [_bundles[version] for version in ids]


def bundles_with(code: str) -> list[tuple[str, str]]:
    """Return (key, name) of the bundles in force that contain an item."""
    rows = BundleVersion.objects.filter(current__isnull=False, item_codes__contains=[code])
    return list(rows.order_by("-authored", "key").values_list("key", "name"))


def service_facts(service: str, kind: str) -> ServiceFacts:
    """Return what a mandate's scope is compared with: code and themes of a service, and why it must be in person."""
    if kind == ServiceKind.BUNDLE:
        found = newest_items({step.item for step in bundle(service).steps if step.item})
        name = bundle(service).name
    else:
        found = newest_items([service])
        name = found[service].name if service in found else service
    reasons = [in_person()[code] for code in sorted(found) if code in in_person()]
    return ServiceFacts(
        name=name,
        codes=frozenset({service}),
        themes=tuple(frozenset(item.themes) for item in found.values()),
        in_person=reasons[0] if reasons else "",
    )


def services_within(scope: HasScope) -> tuple[set[str], bool]:
    """Return (codes, inside) for a mandate's scope.

    If `inside`, `codes` are the item codes and bundle keys that the scope covers, else those that it excludes.
    Services that must be done in person are never covered, nor are bundles that contain one.
    """
    barred = set(in_person())
    for spec in bundles():
        if barred & {step.item for step in spec.steps}:
            barred.add(spec.key)
    if scope.reach == EVERYTHING:
        return barred, False
    if scope.reach != THEMES:
        return set(scope.named) - barred, True
    codes = set(_in_force().filter(themes__overlap=list(scope.named)).values_list("code", flat=True))
    whole = {spec.key for spec in bundles() if {step.item for step in spec.steps if step.item} <= codes}
    return (codes | whole) - barred, True


def names_of_services(codes: Iterable[str]) -> dict[str, str]:
    """Return item code or bundle key -> name, for those in force. Two queries."""
    wanted = list(codes)
    names = dict(_in_force().filter(code__in=wanted).values_list("code", "name"))
    rows = BundleVersion.objects.filter(key__in=wanted, current__isnull=False)
    return names | dict(rows.values_list("key", "name"))


def themes() -> list[tuple[str, int]]:
    """Return (theme, number of items in force), the largest first."""
    return facets(Filter())["theme"]


def item_count() -> int:
    """Return the number of items in force."""
    return _in_force().count()


@dataclass(frozen=True)
class SearchResult:
    """The result of a search: at most four bundles and a page of items, best first."""

    text: str
    bundles: list[BundleCard]
    items: Page[Card]

    @property
    def count(self) -> int:
        return len(self.bundles) + self.items.paginator.count


@dataclass(frozen=True)
class _Built:
    stamp: tuple[object, ...]
    index: Index


_built = _Built((), Index(()))


def search(text: str, *, page: int | str = 1, size: int = 20) -> SearchResult:
    """Find items and bundles by everyday words or pinyin, in spite of typing errors. The best hits come first."""
    hits = index().find(text)
    keys = [hit.entry.key for hit in hits if hit.entry.kind == ServiceKind.BUNDLE][:4]
    rows = BundleVersion.objects.filter(current__isnull=False, key__in=keys) if keys else BundleVersion.objects.none()
    found = {
        key: BundleCard(key=key, name=name, spec__summary=summary)
        for key, name, summary in rows.values_list("key", "name", "spec__summary")
    }
    codes = [hit.entry.key for hit in hits if hit.entry.kind == ServiceKind.ITEM]
    shown = Paginator(ConvertedRows(codes, _cards_of, total=len(codes)), size).get_page(page)
    return SearchResult(text.strip(), [found[key] for key in keys if key in found], shown)


def _cards_of(codes: list[str]) -> list[Card]:
    """Return the cards of the items in force among `codes`, in their order."""
    cards = {row["code"]: row for row in _cards(_in_force().filter(code__in=codes))}
    return [cards[code] for code in codes if code in cards]


@dataclass(frozen=True)
class Suggestion:
    """A service that is offered while somebody types. `why` is the nickname that matched, if it was not the name."""

    kind: str
    key: str
    name: str
    why: str = ""


def suggestions(text: str, *, limit: int = 8) -> list[Suggestion]:
    """Return at most `limit` services that fit the text typed so far, best first."""
    return [
        Suggestion(h.entry.kind, h.entry.key, h.entry.name, h.entry.nickname_for(text))
        for h in index().find(text)[:limit]
    ]


def near_misses(text: str, *, limit: int = 5) -> list[Suggestion]:
    """Return at most `limit` services that somebody may have meant whose search found nothing."""
    return [Suggestion(h.entry.kind, h.entry.key, h.entry.name) for h in index().guess(text)[:limit]]


def frequent_queries(*, without_hits: bool = True, limit: int = 50) -> list[tuple[str, int]]:
    """Return (text, number of searches) of the most frequent searches, by default of those that found nothing."""
    rows = SearchQuery.objects.filter(hits=0) if without_hits else SearchQuery.objects.all()
    times = rows.values("text_index").annotate(n=Count("id")).order_by("-n", "text_index")[:limit]
    counts = {row["text_index"]: row["n"] for row in times}
    samples = rows.filter(text_index__in=counts).order_by("text_index", "id").distinct("text_index")
    return sorted(((one.text, counts[one.text_index]) for one in samples), key=lambda pair: (-pair[1], pair[0]))


def index() -> Index:
    """Return the search index. It is rebuilt whenever any process has published or withdrawn something."""
    global _built
    stamp = tuple(
        value
        for rows in (ItemVersion.objects, BundleVersion.objects)
        for value in rows.filter(current__isnull=False).aggregate(n=Count("id"), at=Max("published_at")).values()
    )
    if stamp != _built.stamp:
        _built = _Built(stamp, Index.of(_entries()))
    return _built.index


def _entries() -> Iterator[Entry]:
    for row in BundleVersion.objects.filter(current__isnull=False).order_by("key"):
        bundle = remember_bundle(row)
        steps = " ".join(step.name for step in bundle.steps)
        yield Entry(ServiceKind.BUNDLE, row.key, row.name, bundle.nicknames, f"{bundle.lead} {bundle.summary} {steps}")
    for version in _in_force().select_related("department").order_by("code"):
        item = remember_item(version)
        named = (*item.themes, *item.groups, *(m.name for m in item.materials), *(r.name for r in item.results))
        other = f"{item.department} {version.department.short_name} {item.field_name} {' '.join(named)}"
        yield Entry(ServiceKind.ITEM, version.code, version.name, item.nicknames, other)


def fact_labels() -> dict[str, Fact]:
    """Return every fact that a form may show, by key: its label, usual source, and how it is masked."""
    return reading.facts()


def _in_force() -> "QuerySet[ItemVersion]":
    return ItemVersion.objects.filter(current__isnull=False)


def _cards(rows: "QuerySet[ItemVersion]") -> "QuerySet[ItemVersion, Card]":
    cards: QuerySet[ItemVersion, Card] = rows.annotate(
        department_name=F("department__short_name"),
        promised_days=F("spec__promised_days"),
        visits=F("spec__visits"),
        nickname=F("spec__nicknames__0"),
    ).values(*CARD)
    return cards
