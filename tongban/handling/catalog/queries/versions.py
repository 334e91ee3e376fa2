"""Published versions of items and bundles. They never change, so each process parses a version once and keeps it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from tongban.foundation.city import city
from tongban.foundation.errors import NotFound
from tongban.foundation.prepared import fetch
from tongban.foundation.ui.by_version import ByVersion
from tongban.foundation.ui.publications import CATALOGUE
from tongban.handling.catalog import reading
from tongban.handling.catalog.models import BundleVersion, ItemVersion
from tongban.handling.catalog.schema import Bundle, Fact, Item

_items: dict[UUID, Item] = {}
_bundles: dict[UUID, Bundle] = {}
_item_ids: dict[tuple[str, int], UUID] = {}
_bundle_ids: dict[tuple[str, int], UUID] = {}


class _BundleInForce(NamedTuple):
    id: UUID
    key: str
    name: str
    serves: list[str]
    item_codes: list[str]


class _InForce(NamedTuple):
    """What is in force: the ids of items by code, and the bundles, with online application first."""

    items: dict[str, UUID]
    bundles: tuple[_BundleInForce, ...]


_kept: ByVersion[_InForce] = ByVersion(CATALOGUE)


def _now_in_force() -> _InForce | None:
    """Return what is in force, as this process keeps it. None within a transaction, where queries have to tell."""
    return None if connection.in_atomic_block else _kept.get("", _read_in_force)


def _read_in_force() -> _InForce:
    items = dict(in_force().values_list("code", "id"))
    columns = ("id", "key", "name", "serves", "item_codes")
    rows = BundleVersion.objects.filter(current__isnull=False).order_by("-authored", "key").values_list(*columns)
    return _InForce(items, tuple(_BundleInForce(*row) for row in rows))


def item(code: str, version: int | None = None) -> Item:
    """Return an item: the version in force, or a given version. Raises NotFound.

    A given version that this process has read before costs no query.
    """
    if version is not None and (known := _item_ids.get((code, version))):
        return _items[known]
    if version is None:
        found = items_named([code])
    else:
        found = _items_of(ItemVersion.objects.filter(code=code, version=version))
    if code not in found:
        raise not_offered(code, version)
    return found[code]


def not_offered(code: str, version: int | None = None) -> NotFound:
    """Return the error for an item that cannot be applied for, or a version that does not exist."""
    name = ItemVersion.objects.filter(code=code).values_list("name", flat=True).first() if version is None else None
    if name:
        return NotFound(f"“{name}”已经停止办理。要办类似的事，请搜索或拨打 {city().hotline} 咨询。")
    return NotFound(f"没有找到编号为“{code}”的事项，请从事项目录里查找。")


def items_named(codes: Iterable[str]) -> dict[str, Item]:
    """Return code -> the version in force of several items, in at most one query. Others are left out."""
    if (now := _now_in_force()) is not None:
        ids = {code: now.items[code] for code in codes if code in now.items}
        _read(ids.values())
        return {code: _items[version] for code, version in ids.items()}
    return _items_of(ItemVersion.objects.filter(code__in=list(codes), current__isnull=False))


class Standing(NamedTuple):
    """Where an item stands: its newest version, and whether it can be applied for."""

    newest: Item
    in_force: bool


STANDING = """
SELECT DISTINCT ON (v.code) v.code, v.id, c.code IS NOT NULL
FROM catalog_item_version v LEFT JOIN catalog_current_item c ON c.code = v.code
WHERE v.code = ANY(%s) ORDER BY v.code, v.version DESC
"""


def standings(codes: Iterable[str]) -> dict[str, Standing]:
    """Return code -> where several items stand, in one query: what `newest_items` and `withdrawn` tell together."""
    rows = fetch(STANDING, [list(codes)])
    _read([version for _, version, _ in rows])
    return {code: Standing(_items[version], in_force) for code, version, in_force in rows}


def newest_items(codes: Iterable[str]) -> dict[str, Item]:
    """Return code -> the newest version of several items, in force or withdrawn, in one query."""
    return _items_of(ItemVersion.objects.filter(code__in=list(codes)).order_by("code", "-version").distinct("code"))


def _items_of(rows: "QuerySet[ItemVersion]") -> dict[str, Item]:
    """Return the items of the rows by code. The ids are queried each time, but each version is parsed only once."""
    ids = dict(rows.values_list("code", "id"))
    _read(ids.values())
    return {code: _items[version] for code, version in ids.items()}


def _read(versions: Iterable[UUID]) -> None:
    """Parse those of the versions that this process has not read before."""
    unread = [version for version in versions if version not in _items]
    for row in ItemVersion.objects.filter(id__in=unread) if unread else ():
        remember_item(row)


def withdrawn(codes: Iterable[str]) -> list[str]:
    """Return the names of those items that are no longer in force."""
    wanted = set(codes)
    gone = wanted - set(in_force().filter(code__in=wanted).values_list("code", flat=True))
    return [item.name for item in newest_items(gone).values()] if gone else []


def bundle(key: str, version: int | None = None) -> Bundle:
    """Return a bundle: the version in force, or a given version. Raises NotFound."""
    if version is not None and (known := _bundle_ids.get((key, version))):
        return _bundles[known]
    now = _now_in_force() if version is None else None
    if now is not None:
        found = _bundles_of([one.id for one in now.bundles if one.key == key])
    else:
        rows = BundleVersion.objects.filter(key=key)
        rows = rows.filter(current__isnull=False) if version is None else rows.filter(version=version)
        found = _bundles_of(rows.values_list("id", flat=True))
    if not found:
        raise NotFound("没有找到这件事，请从“一件事”列表里查找。")
    return found[0]


def bundle_in_force(key: str) -> Bundle | None:
    """Return the version of a bundle that is in force, or None."""
    try:
        return bundle(key)
    except NotFound:
        return None


def bundle_at(key: str, at: datetime) -> Bundle | None:
    """Return the version of a bundle that was the newest at a moment, or None if there was none yet."""
    rows = BundleVersion.objects.filter(key=key, published_at__lte=at).order_by("-version")
    return next(iter(_bundles_of(rows.values_list("id", flat=True)[:1])), None)


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


def bundles(serves: str = "") -> list[Bundle]:
    """Return the bundles in force (`serves`: `person`, `organisation`, or all); with online application first."""
    if (now := _now_in_force()) is not None:
        return _bundles_of([one.id for one in now.bundles if not serves or serves in one.serves])
    rows = BundleVersion.objects.filter(current__isnull=False).order_by("-authored", "key")
    if serves:
        rows = rows.filter(serves__contains=[serves])
    return _bundles_of(rows.values_list("id", flat=True))


def _bundles_of(versions: Iterable[UUID]) -> list[Bundle]:
    ids = list(versions)
    unread = [version for version in ids if version not in _bundles]
    for row in BundleVersion.objects.filter(id__in=unread) if unread else ():
        remember_bundle(row)
    return [_bundles[version] for version in ids]


def is_empty() -> bool:
    """Return whether no item and no bundle is in force."""
    if (now := _now_in_force()) is not None:
        return not now.items and not now.bundles
    return not in_force().exists() and not BundleVersion.objects.filter(current__isnull=False).exists()


def bundles_with(code: str) -> list[tuple[str, str]]:
    """Return (key, name) of the bundles in force that contain an item."""
    if (now := _now_in_force()) is not None:
        return [(one.key, one.name) for one in now.bundles if code in one.item_codes]
    rows = BundleVersion.objects.filter(current__isnull=False, item_codes__contains=[code])
    return list(rows.order_by("-authored", "key").values_list("key", "name"))


def names_of_services(codes: Iterable[str]) -> dict[str, str]:
    """Return item code or bundle key -> name, for those in force. Two queries."""
    wanted = list(codes)
    names = dict(in_force().filter(code__in=wanted).values_list("code", "name"))
    rows = BundleVersion.objects.filter(key__in=wanted, current__isnull=False)
    return names | dict(rows.values_list("key", "name"))


def fact_labels() -> dict[str, Fact]:
    """Return every fact that a form may show, by key: its label, usual source, and how it is masked."""
    return reading.facts()


def in_force() -> "QuerySet[ItemVersion]":
    return ItemVersion.objects.filter(current__isnull=False)
