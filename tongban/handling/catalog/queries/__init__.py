"""ASK: items, bundles, lists, search, and the labels of facts."""

from tongban.handling.catalog.delegable import in_person
from tongban.handling.catalog.queries.halls import (
    Hall,
    HallWindow,
    halls,
    main_address,
)
from tongban.handling.catalog.queries.indexing import (
    index,
)
from tongban.handling.catalog.queries.lists import (
    Card,
    Filter,
    bundles_first,
    departments,
    facets,
    items,
    items_after,
    items_found,
    themes,
)
from tongban.handling.catalog.queries.naming import (
    Naming,
    item_as_named_now,
    items_as_named_now,
)
from tongban.handling.catalog.queries.scopes import (
    service_facts,
    services_within,
)
from tongban.handling.catalog.queries.searching import (
    BundleCard,
    SearchResult,
    Suggestion,
    frequent_queries,
    near_misses,
    search,
    suggestions,
)
from tongban.handling.catalog.queries.versions import (
    Standing,
    bundle,
    bundles,
    bundles_with,
    fact_labels,
    is_empty,
    item,
    items_named,
    names_of_services,
    newest_items,
    not_offered,
    remember_bundle,
    remember_item,
    standings,
    withdrawn,
)

__all__ = [
    "BundleCard",
    "Card",
    "Filter",
    "Hall",
    "HallWindow",
    "Naming",
    "SearchResult",
    "Standing",
    "Suggestion",
    "bundle",
    "bundles",
    "bundles_first",
    "bundles_with",
    "departments",
    "facets",
    "fact_labels",
    "frequent_queries",
    "halls",
    "main_address",
    "in_person",
    "index",
    "is_empty",
    "item",
    "item_as_named_now",
    "items",
    "items_after",
    "items_as_named_now",
    "items_found",
    "items_named",
    "names_of_services",
    "near_misses",
    "newest_items",
    "not_offered",
    "remember_bundle",
    "remember_item",
    "search",
    "service_facts",
    "services_within",
    "standings",
    "suggestions",
    "themes",
    "withdrawn",
]
