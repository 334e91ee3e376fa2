"""Search in everyday words, suggestions, and what people searched for."""

from dataclasses import dataclass
from typing import TypedDict

from django.core.paginator import Page, Paginator
from django.db.models import Count

from tongban.foundation.ui.paging import ConvertedRows
from tongban.foundation.ui.targets import SearchTarget
from tongban.handling.catalog.elsewhere import Elsewhere, done_elsewhere, partly_elsewhere
from tongban.handling.catalog.finding import Hit
from tongban.handling.catalog.models import BundleVersion, SearchQuery
from tongban.handling.catalog.queries.indexing import index
from tongban.handling.catalog.queries.lists import Card, cards_of
from tongban.handling.catalog.queries.portal_pages import STRONG, pages_for
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.handling.catalog.words import readings_of


class BundleCard(TypedDict):
    """What the search shows of a bundle."""

    key: str
    name: str
    spec__summary: str


@dataclass(frozen=True)
class SearchResult:
    """The result of a search: at most four bundles, a page of items and a few pages of the portal, best first."""

    text: str
    bundles: list[BundleCard]
    items: Page[Card]
    pages: list[SearchTarget]
    pages_first: bool
    """Whether the pages are meant rather than the services."""
    elsewhere: Elsewhere | None
    """What was asked for, if others do it; the services are then those that have to do with it."""
    beside: Elsewhere | None
    """The part of what was asked for that others do; the services are the platform's part."""

    @property
    def count(self) -> int:
        return len(self.bundles) + self.items.paginator.count + len(self.pages)

    @property
    def counts(self) -> list[str]:
        """How many there are of each kind, in the words of the sections, e.g. `2 个“一件事”` and `9 个事项`."""
        kinds = ((len(self.bundles), "个“一件事”"), (self.items.paginator.count, "个事项"), (len(self.pages), "个页面"))
        return [f"{number} {words}" for number, words in kinds if number]


def search(text: str, *, page: int | str = 1, size: int = 20) -> SearchResult:
    """Find items, bundles and pages by everyday words, English or pinyin, in spite of typing errors; best first."""
    elsewhere = done_elsewhere(text)
    pages = [] if elsewhere else pages_for(text)
    pages_first = bool(pages) and pages[0].fit >= STRONG
    hits = _services(text, elsewhere, only_named=pages_first)
    keys = [hit.entry.key for hit in hits if hit.entry.kind == ServiceKind.BUNDLE][:4]
    rows = BundleVersion.objects.filter(current__isnull=False, key__in=keys) if keys else BundleVersion.objects.none()
    found = {
        key: BundleCard(key=key, name=name, spec__summary=summary)
        for key, name, summary in rows.values_list("key", "name", "spec__summary")
    }
    codes = [hit.entry.key for hit in hits if hit.entry.kind == ServiceKind.ITEM]
    shown = Paginator(ConvertedRows(codes, cards_of, total=len(codes)), size).get_page(page)
    bundles = [found[key] for key in keys if key in found]
    beside = None if elsewhere else partly_elsewhere(text)
    return SearchResult(text.strip(), bundles, shown, [hit.target for hit in pages], pages_first, elsewhere, beside)


def _services(text: str, elsewhere: Elsewhere | None, *, only_named: bool) -> list[Hit]:
    """Return the services to show. Below a page that is meant, only those whose names contain the words typed."""
    if elsewhere is not None:
        return index().find(elsewhere.related) if elsewhere.related else []
    hits = index().find(text)
    if not only_named:
        return hits
    wanted = [reading.replace(" ", "") for reading in readings_of(text)]
    return [hit for hit in hits if any(one in name for one in wanted for name in hit.entry.names)]


@dataclass(frozen=True)
class Suggestion:
    """What is offered while somebody types. `why` is the nickname that matched, if it was not the name."""

    kind: str
    key: str
    name: str
    why: str = ""
    href: str = ""
    """The address of a page of the portal; services have theirs by kind and key."""


def suggestions(text: str, *, limit: int = 8) -> list[Suggestion]:
    """Return at most `limit` services and pages that fit the text typed so far, best first."""
    pages = [] if done_elsewhere(text) else pages_for(text)
    pages_first = bool(pages) and pages[0].fit >= STRONG
    hits = _services(text, done_elsewhere(text), only_named=pages_first)
    services = [Suggestion(h.entry.kind, h.entry.key, h.entry.name, h.entry.nickname_for(text)) for h in hits[:limit]]
    offered = [Suggestion("page", one.target.to, one.target.text, href=one.target.href) for one in pages]
    return (offered + services if pages_first else services[: limit - 1] + offered)[:limit]


def near_misses(text: str, *, limit: int = 5) -> list[Suggestion]:
    """Return at most `limit` services that somebody may have meant whose search found nothing."""
    return [Suggestion(h.entry.kind, h.entry.key, h.entry.name) for h in index().guess(text)[:limit]]


def frequent_queries(*, without_hits: bool = True, limit: int = 50) -> list[tuple[str, int]]:
    """Return (text, number of searches) of the most frequent searches, by default of those that found nothing."""
    rows = SearchQuery.objects.filter(hits=0) if without_hits else SearchQuery.objects.all()
    times = rows.values("text_index").annotate(n=Count("id")).order_by("-n", "text_index")[:limit]
    counts = {row["text_index"]: row["n"] for row in times}
    samples = rows.filter(text_index__in=counts).order_by("text_index", "id").distinct("text_index")
    return sorted(
        ((sample.text, counts[sample.text_index]) for sample in samples), key=lambda pair: (-pair[1], pair[0])
    )
