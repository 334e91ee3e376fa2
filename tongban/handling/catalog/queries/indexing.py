"""The search index of each process."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongban.foundation.prepared import fetch
from tongban.handling.catalog.finding import Entry, Index
from tongban.handling.catalog.models import BundleVersion
from tongban.handling.catalog.queries.versions import in_force, remember_bundle, remember_item
from tongban.handling.catalog.vocabulary import ServiceKind

STAMP = """
SELECT items.n, items.at, bundles.n, bundles.at
FROM (SELECT count(*) AS n, max(v.published_at) AS at
      FROM catalog_current_item c JOIN catalog_item_version v ON v.id = c.version_id) items,
     (SELECT count(*) AS n, max(v.published_at) AS at
      FROM catalog_current_bundle c JOIN catalog_bundle_version v ON v.id = c.version_id) bundles
"""
"""What changes whenever something is published or withdrawn."""


@dataclass(frozen=True)
class _Built:
    stamp: tuple[object, ...]
    index: Index


_built = _Built((), Index(()))


def index() -> Index:
    """Return the search index. It is rebuilt whenever any process has published or withdrawn something."""
    global _built
    stamp = fetch(STAMP, ())[0]
    if stamp != _built.stamp:
        _built = _Built(stamp, Index.of(_entries()))
    return _built.index


def _entries() -> Iterator[Entry]:
    for row in BundleVersion.objects.filter(current__isnull=False).order_by("key"):
        bundle = remember_bundle(row)
        steps = " ".join(step.name for step in bundle.steps)
        yield Entry(ServiceKind.BUNDLE, row.key, row.name, bundle.nicknames, f"{bundle.lead} {bundle.summary} {steps}")
    for version in in_force().select_related("department").order_by("code"):
        item = remember_item(version)
        named = (*item.themes, *item.groups, *(m.name for m in item.materials), *(r.name for r in item.results))
        other = f"{item.department} {version.department.short_name} {item.field_name} {' '.join(named)}"
        yield Entry(ServiceKind.ITEM, version.code, version.name, item.nicknames, other)
