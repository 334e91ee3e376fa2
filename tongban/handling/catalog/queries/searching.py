"""Search in everyday words, suggestions, and what people searched for."""

from dataclasses import dataclass
from typing import TypedDict

from django.core.paginator import Page, Paginator
from django.db.models import Count

from tongban.foundation.ui.paging import ConvertedRows
from tongban.handling.catalog.models import BundleVersion, SearchQuery
from tongban.handling.catalog.queries.indexing import index
from tongban.handling.catalog.queries.lists import Card, cards_of
from tongban.handling.catalog.vocabulary import ServiceKind


class BundleCard(TypedDict):
    """What the search shows of a bundle."""

    key: str
    name: str
    spec__summary: str


@dataclass(frozen=True)
class SearchResult:
    """The result of a search: at most four bundles and a page of items, best first."""

    text: str
    bundles: list[BundleCard]
    items: Page[Card]

    @property
    def count(self) -> int:
        return len(self.bundles) + self.items.paginator.count


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
    shown = Paginator(ConvertedRows(codes, cards_of, total=len(codes)), size).get_page(page)
    return SearchResult(text.strip(), [found[key] for key in keys if key in found], shown)


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
    return sorted(
        ((sample.text, counts[sample.text_index]) for sample in samples), key=lambda pair: (-pair[1], pair[0])
    )
