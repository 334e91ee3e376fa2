"""The search index of each process."""

from collections.abc import Iterator
from dataclasses import dataclass

from tongban.foundation.prepared import fetch
from tongban.handling.catalog.finding import Entry, Index
from tongban.handling.catalog.models import BundleVersion
from tongban.handling.catalog.queries.naming import Naming
from tongban.handling.catalog.queries.versions import in_force, remember_bundle, remember_item
from tongban.handling.catalog.vocabulary import ServiceKind

STAMP = """
SELECT items.n, items.at, bundles.n, bundles.at, departments.names
FROM (SELECT count(*) AS n, max(v.published_at) AS at
      FROM catalog_current_item c JOIN catalog_item_version v ON v.id = c.version_id) items,
     (SELECT count(*) AS n, max(v.published_at) AS at
      FROM catalog_current_bundle c JOIN catalog_bundle_version v ON v.id = c.version_id) bundles,
     (SELECT sum(hashtextextended(concat_ws('/', name, short_name), 0)) AS names
      FROM organisation_department) departments
"""
"""What changes whenever something is published or withdrawn, or a department gets another name."""


@dataclass(frozen=True)
class _Built:
    stamp: tuple[object, ...]
    index: Index


_built = _Built((), Index(()))


def index() -> Index:
    """Return the search index. It is rebuilt whenever the stamp has changed, in whatever process."""
    global _built
    stamp = fetch(STAMP, ())[0]
    if stamp != _built.stamp:
        _built = _Built(stamp, Index.of(_entries()))
    return _built.index


def _entries() -> Iterator[Entry]:
    rows = BundleVersion.objects.filter(current__isnull=False).order_by("key")
    bundles = {row.key: remember_bundle(row) for row in rows}
    naming = Naming()
    for key, bundle in bundles.items():
        steps = " ".join(step.name for step in bundle.steps)
        other = f"{naming.name(bundle.lead)} {bundle.summary} {steps}"
        yield Entry(ServiceKind.BUNDLE, key, bundle.name, bundle.nicknames, other)
    for version in in_force().select_related("department").order_by("code"):
        item = remember_item(version)
        named = (*item.themes, *item.groups, *(m.name for m in item.materials), *(r.name for r in item.results))
        department = version.department
        called = dict.fromkeys((department.name, department.short_name, item.department))  # also by its former name
        other = f"{' '.join(called)} {item.field_name} {' '.join(named)}"
        yield Entry(ServiceKind.ITEM, version.code, version.name, item.nicknames, other)
