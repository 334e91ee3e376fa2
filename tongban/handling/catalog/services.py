"""DO: publish and withdraw items and bundles, and record searches."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.ids import new_id
from tongban.foundation.prepared import run
from tongban.handling.catalog import events, queries, reading
from tongban.handling.catalog.completing import completed
from tongban.handling.catalog.models import BundleVersion, CurrentBundle, CurrentItem, ItemVersion, SearchQuery
from tongban.handling.catalog.schema import Bundle, Item
from tongban.handling.catalog.words import is_question, without_numbers
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.trust.crypto.services import blind_index, digest

QUERY_RETENTION = timedelta(days=180)


@dataclass(frozen=True)
class LoadResult:
    """The result of loading files: the keys that were published, and how many files had no new version."""

    published: tuple[str, ...]
    unchanged: int


@transaction.atomic
def publish_item(spec: Item, *, actor: Actor, reason: str = "") -> ItemVersion:
    """Put a version of an item in force. Publishing the same version again changes nothing.

    Raises Conflict if the version is published with other content or is not newer than the newest one, and NotFound
    for an unknown department.
    """
    department = organisation.department_named(spec.department)
    same = ItemVersion.objects.filter(code=spec.code, version=spec.version).first()
    content_hash = hash_of(spec)
    if same is not None:
        _check_same(spec.code, spec.version, same.content_hash, content_hash)
        queries.remember_item(same)
        return same
    CurrentItem.objects.select_for_update().filter(code=spec.code).first()
    newest = ItemVersion.objects.filter(code=spec.code).order_by("-version").first()
    _check_newer(spec.code, spec.version, newest.version if newest else None)
    return _publish_item(spec, department, content_hash, actor, clock.now(), reason)


@transaction.atomic
def withdraw_item(code: str, *, reason: str, actor: Actor) -> None:
    """Take an item out of force (停办). Running cases continue; publishing a newer version brings the item back.

    Raises NotFound if it is not in force, Invalid without a reason.
    """
    current = CurrentItem.objects.select_for_update(of=("self",)).select_related("version").filter(code=code).first()
    if current is None:
        raise NotFound(f"“{code}”现在没有在办，不用停办；请检查编号。")
    if not reason.strip():
        raise Invalid("请写明停止办理的原因，会记入事项的变更记录。", field="reason")
    version = current.version
    current.delete()
    event = events.ItemWithdrawn(subject=version.id, code=code, number=version.version)
    announce(event, actor=actor, at=clock.now(), reason=reason.strip())


@transaction.atomic
def publish_bundle(spec: Bundle, *, actor: Actor, reason: str = "") -> BundleVersion:
    """Put a version of a bundle in force, by the same rules as `publish_item`."""
    same = BundleVersion.objects.filter(key=spec.key, version=spec.version).first()
    content_hash = hash_of(spec)
    if same is not None:
        _check_same(spec.key, spec.version, same.content_hash, content_hash)
        queries.remember_bundle(same)
        return same
    current = (
        CurrentBundle.objects.select_for_update(of=("self",)).filter(key=spec.key).select_related("version").first()
    )
    _check_newer(spec.key, spec.version, current.version.version if current else None)
    return _publish_bundle(spec, content_hash, actor, clock.now(), reason)


RECORD = "INSERT INTO catalog_search_query (id, text, text_index, hits, day) VALUES (%s, %s, %s, %s, %s)"
"""Prepared, because every search sends it."""


def record_query(text: str, *, hits: int) -> None:
    """Record a search and the number of its hits, without its author and with long numbers masked.

    What no person means as a question (`words.is_question`) is not recorded.
    """
    if is_question(text) and (words := without_numbers(text.strip())[:60]):
        own_id = new_id()
        sealed = SearchQuery._meta.get_field("text").seal(words, own_id)
        index, day = blind_index(words, purpose="search-query"), clock.legal_day(clock.now())
        run(RECORD, [own_id, sealed.content, index, min(hits, 32_000), day])


def forget_old_queries() -> int:
    """Delete searches that are older than half a year. Return how many."""
    return SearchQuery.objects.filter(day__lt=clock.legal_day(clock.now()) - QUERY_RETENTION).delete()[0]


@transaction.atomic
def load_catalog(paths: Sequence[Path] = (), *, actor: Actor, reason: str = "") -> LoadResult:
    """Publish every file whose version is new, in one transaction (default: the shipped catalogue).

    Raises Invalid if any file has errors, and as `publish_item`.
    """
    documents = reading.read_all(reading.files(paths))
    errors = [r for d in documents for r in d.remarks if r.grade == "error"]
    if errors:
        raise Invalid(f"事项目录里有 {len(errors)} 处错误，请先改正。第一处：{errors[0]}")
    specs = [d.spec for d in documents if d.spec is not None]
    known = {
        (key, version): content_hash
        for rows in (
            ItemVersion.objects.values_list("code", "version", "content_hash"),
            BundleVersion.objects.values_list("key", "version", "content_hash"),
        )
        for key, version, content_hash in rows
    }
    published = []
    for spec in specs:
        key = spec.code if isinstance(spec, Item) else spec.key
        before = known.get((key, spec.version))
        if before is not None:
            _check_same(key, spec.version, before, hash_of(spec))
        elif isinstance(spec, Item):
            publish_item(spec, actor=actor, reason=reason)
            published.append(key)
        else:
            publish_bundle(spec, actor=actor, reason=reason)
            published.append(key)
    return LoadResult(tuple(published), len(specs) - len(published))


def hash_of(spec: Item | Bundle) -> str:
    """Return the SM3 digest, in hexadecimal, of the canonical JSON of a file.

    Default values are left out, so adding a field to the schema changes no hash.
    """
    text = json.dumps(
        spec.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return digest(text.encode()).hex()


def _check_same(key: str, version: int, published: str, offered: str) -> None:
    if published != offered:
        raise Conflict(
            f"“{key}”第 {version} 版已经发布，内容不能再改。请把文件里的 version 加 1 后重新载入；"
            "城市名称、车牌示例等城市设置（TONGBAN_CITY_NAME、TONGBAN_CITY_PLATE 等）和本市窗口文件也是内容的一部分："
            "改的是这些的，请把窗口文件里的 revision 加 1。"
        )


def _check_newer(key: str, version: int, latest: int | None) -> None:
    if latest is not None and version <= latest:
        lacks = latest + 1 - version
        raise Conflict(f"“{key}”已有第 {latest} 版，不能发布第 {version} 版，请把文件里的 version 加 {lacks}。")


def _publish_item(
    spec: Item, department: organisation.Department, content_hash: str, actor: Actor, at: datetime, reason: str
) -> ItemVersion:
    spec = completed(spec).model_copy(update={"task_code": f"{department.uscc}{spec.use_level}{spec.catalog_code}"})
    row = ItemVersion.objects.create(
        code=spec.code,
        version=spec.version,
        spec=spec.model_dump(mode="json"),
        content_hash=content_hash,
        department=department,
        name=spec.name,
        field=spec.field,
        serves=list(spec.serves),
        themes=list(spec.themes),
        groups=list(spec.groups),
        life_event=spec.life_event,
        instant=spec.instant,
        cross_region=spec.cross_region,
        authored=spec.authored,
        search_text=_search_text(spec.name, *spec.nicknames, spec.department, department.short_name, spec.field_name,
                                 *spec.themes, *(m.name for m in spec.materials), *(r.name for r in spec.results)),
        published_at=at,
    )  # fmt: skip
    CurrentItem.objects.update_or_create(code=spec.code, defaults={"version": row})
    queries.remember_item(row)
    announce(
        events.ItemPublished(subject=row.id, code=spec.code, number=spec.version, content_hash=content_hash),
        actor=actor,
        at=at,
        reason=reason,
    )
    return row


def _publish_bundle(spec: Bundle, content_hash: str, actor: Actor, at: datetime, reason: str) -> BundleVersion:
    row = BundleVersion.objects.create(
        key=spec.key,
        version=spec.version,
        spec=spec.model_dump(mode="json"),
        content_hash=content_hash,
        name=spec.name,
        serves=list(spec.serves),
        life_event=spec.life_event,
        authored=spec.authored,
        item_codes=sorted({step.item for step in spec.steps if step.item}),
        search_text=_search_text(spec.name, *spec.nicknames, spec.lead, spec.summary, *(s.name for s in spec.steps)),
        published_at=at,
    )
    CurrentBundle.objects.update_or_create(key=spec.key, defaults={"version": row})
    queries.remember_bundle(row)
    announce(
        events.BundlePublished(subject=row.id, key=spec.key, number=spec.version, content_hash=content_hash),
        actor=actor,
        at=at,
        reason=reason,
    )
    return row


def _search_text(*words: str) -> str:
    return " ".join(dict.fromkeys(word for word in words if word)).lower()
