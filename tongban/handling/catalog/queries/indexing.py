"""The search index of each process."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Max

from tongban.handling.catalog.finding import Entry, Index
from tongban.handling.catalog.models import BundleVersion, ItemVersion
from tongban.handling.catalog.queries.versions import in_force, remember_bundle, remember_item
from tongban.handling.catalog.vocabulary import ServiceKind


@dataclass(frozen=True)
class _Built:
    stamp: tuple[object, ...]
    index: Index


_built = _Built((), Index(()))


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
    for version in in_force().select_related("department").order_by("code"):
        item = remember_item(version)
        named = (*item.themes, *item.groups, *(m.name for m in item.materials), *(r.name for r in item.results))
        other = f"{item.department} {version.department.short_name} {item.field_name} {' '.join(named)}"
        yield Entry(ServiceKind.ITEM, version.code, version.name, item.nicknames, other)
