"""Makes a backup: copies the database, and the contents of the file store both before and after it.

A content never changes, and is kept for a day after its row is deleted. So every content that the copied database
refers to was in the store before or after the database was copied.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.disk import fsync_folder
from tongban.foundation.ids import new_id
from tongban.foundation.operations import postgres
from tongban.trust.backups import archive, escrow, events, programs, secrets
from tongban.trust.backups.archive import CHANGES, DATABASE, FILES, FilesJson, Manifest, PartJson, StoredContent
from tongban.trust.backups.errors import BackupRefused, RestoreRefused
from tongban.trust.backups.models import Backup
from tongban.trust.backups.services import counting
from tongban.trust.backups.services.exporting import SIGNER
from tongban.trust.backups.services.keeping import exclusive_access
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto import streams
from tongban.trust.files import queries as files
from tongban.trust.ledger import queries as ledger

Say = Callable[[str], object]
SPARE = 64 * 1024 * 1024
"""Bytes that must be left free on the disk of the backups."""


def quiet(sentence: str) -> None:
    """Ignore a progress message."""


@dataclass
class _BackupInProgress:
    """A backup that is being made."""

    repository: Path
    id: str
    folder: Path
    key: bytes
    parts: list[PartJson] = field(default_factory=list)


def make(
    repository: Path, *, escrow_key: bytes, incremental: bool = False, actor: EventActor, say: Say = quiet
) -> Backup:
    """Make a backup in the folder `repository`. Raises BackupRefused, leaving nothing that looks complete.

    The embedded database is copied as a whole with pg_basebackup; an incremental backup has only the blocks that
    changed since the newest backup. A database given by DATABASE_URL is dumped with pg_dump.
    """
    began = clock.now()
    embedded = postgres.is_server_of(settings.DATABASE_OWNER_URL, settings.DATA_FOLDER / "postgres")
    if incremental and not embedded:
        raise BackupRefused("增量备份只适用于内置数据库。用 DATABASE_URL 连接的数据库请做全量备份。")
    with exclusive_access(repository):
        parent = _parent(repository) if incremental else None
        _check_space(repository, embedded)
        work = _begin(repository, began)
        try:
            head, migrations = ledger.newest(), counting.migrations()
            say("复制文件……")
            known = _known_digests(repository)
            contents = _copy_files(work, known, files.sealed_contents(), say)
            say("复制数据库……")
            tables = _copy_database(work, parent, embedded)
            say("复制新增的文件……")
            # New names only: a header resealed meanwhile may need a key that the copied database does not have.
            late = (one for one in files.sealed_contents() if one[0] not in contents)
            count = _list_files(work, contents | _copy_files(work, known, late, quiet))
            manifest: Manifest = {
                "form": archive.FORMAT_VERSION,
                "id": work.id,
                "kind": "incremental" if parent else "full",
                "parent": parent.label if parent else None,
                "method": "cluster" if embedded else "dump",
                "database": connection.settings_dict["NAME"],
                "began_at": began.isoformat(),
                "ended_at": clock.now().isoformat(),
                "version": settings.VERSION,
                "migrations": migrations,
                "tables": tables,
                "ledger": ledger.head_as_json(head) if head else None,
                "parts": work.parts,
                "files": count,
                "escrow": {"key": escrow_key.hex(), "wrapped": escrow.wrap(escrow_key, work.key).hex()},
                "index_keys": secrets.check_values(secrets.of_this_process()),
            }
            _finish(work, manifest)
        except OSError as wrong:
            raise BackupRefused(f"备份写不下去：{wrong.strerror or wrong}。没有留下不完整的备份。") from None
        finally:
            shutil.rmtree(work.folder, ignore_errors=True)
        row = _record(work, manifest, actor)
    say(f"备份 {work.id} 完成：{row.size / 1e6:.1f} MB，文件 {row.file_count} 个，账本 {row.ledger_size} 条。")
    return row


def _begin(repository: Path, began: datetime) -> _BackupInProgress:
    """Create a hidden folder, and remove what interrupted backups left. The caller holds the lock."""
    place = repository / "backups"
    place.mkdir(exist_ok=True)
    for left in [*place.glob(".*.part"), *(repository / "files").glob("??/??/.*.part")]:
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    label = f"{began:%Y%m%dT%H%M%S%fZ}-{os.urandom(4).hex()}"
    work = _BackupInProgress(repository, label, place / f".{label}.part", os.urandom(streams.KEY))
    work.folder.mkdir(mode=0o700)
    return work


def _parent(repository: Path) -> Backup:
    whole = {folder.name for folder in archive.finished_backups(repository)}
    row = Backup.objects.filter(label__in=whole, forgotten_at=None).order_by("-label").first()
    if row is None or not (repository / "backups" / row.label / CHANGES).exists():
        raise BackupRefused("这个目录里没有可以接着做增量的备份，请先做一次全量备份（去掉 --incremental）。")
    return row


def _check_space(repository: Path, embedded: bool) -> None:
    needed = counting.database_size(whole_cluster=embedded) + SPARE
    for name, written, size in files.sealed_contents():
        if not archive.place_of(repository, name, _stamp(written)).exists():
            needed += size
    free = shutil.disk_usage(repository).free
    if free < needed:
        raise BackupRefused(
            f"备份目录所在的磁盘只剩 {free / 1e6:.0f} MB，最多可能需要 {needed / 1e6:.0f} MB。请腾出空间或换一个磁盘。"
        )


def _copy_database(work: _BackupInProgress, parent: Backup | None, embedded: bool) -> dict[str, list[int]]:
    """Make the encrypted copy; return the minimum and maximum number of rows of each table in it."""
    part = archive.Part(work.folder, work.id, DATABASE, work.key)
    try:
        write, finish = programs.compressed(part.write)
        if embedded:
            before = counting.rows()
            changes = _copy_cluster(work, parent, write)
            tables = counting.between(before, counting.rows())
        else:
            url = _own_database()
            with counting.snapshot(url) as (name, tables):
                programs.dump_database(url, name, write)
            changes = None
        finish()
        work.parts.append(part.finish())
    finally:
        part.close()
    if changes is not None:
        second = archive.Part(work.folder, work.id, CHANGES, work.key)
        try:
            second.write(changes)
            work.parts.append(second.finish())
        finally:
            second.close()
    return tables


def _copy_cluster(work: _BackupInProgress, parent: Backup | None, write: programs.Write) -> bytes:
    if parent is None:
        return programs.copy_cluster(settings.DATABASE_OWNER_URL, write)
    before = archive.read_part(
        work.repository / "backups" / parent.label, parent.label, CHANGES, bytes.fromhex(parent.key)
    )
    with tempfile.NamedTemporaryFile(dir=work.folder) as since:
        for chunk in before:
            since.write(chunk)
        since.flush()
        return programs.copy_cluster(settings.DATABASE_OWNER_URL, write, since=Path(since.name))


def _own_database() -> str:
    """Return the URL of this process's database with the owner's role."""
    return urlsplit(settings.DATABASE_OWNER_URL)._replace(path=f"/{quote(connection.settings_dict['NAME'])}").geturl()


def _copy_files(
    work: _BackupInProgress,
    known: Mapping[tuple[str, int], StoredContent],
    listed: Iterable[tuple[str, datetime, int]],
    say: Say,
) -> dict[str, StoredContent]:
    """Copy the listed contents that the repository lacks; return all listed contents by name."""
    found: dict[str, StoredContent] = {}
    for name, written, _ in listed:
        one = known.get((name, _stamp(written))) or _copy(work, name, _stamp(written))
        if one is None:
            continue  # removed meanwhile, so no row refers to it
        found[name] = one
        if len(found) % 1000 == 0:
            say(f"  已核对 {len(found)} 个文件")
    return found


def _known_digests(repository: Path) -> dict[tuple[str, int], StoredContent]:
    """Return the contents that the newest backup listed and that still exist, so that they need not be read again.

    Returns nothing when that backup cannot be read.
    """
    try:
        listed = [one for folder in archive.finished_backups(repository)[-1:] for one in archive.load(folder).files()]
    except (RestoreRefused, OSError, ValueError):
        return {}
    return {(one.name, one.stamp): one for one in listed if one.place(repository).exists()}


def _copy(work: _BackupInProgress, name: str, stamp: int) -> StoredContent | None:
    place = archive.place_of(work.repository, name, stamp)
    if place.exists():
        return StoredContent(name, stamp, place.stat().st_size, archive.digest_of(place))
    source = files.sealed_content(name)
    if source is None:
        return None
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.part")
    try:
        size, sm3 = archive.copied(source, partial)
        partial.rename(place)
        return StoredContent(name, stamp, size, sm3)
    finally:
        source.close()
        partial.unlink(missing_ok=True)


def _list_files(work: _BackupInProgress, found: dict[str, StoredContent]) -> FilesJson:
    path, contents = work.folder / FILES, sorted(found.values(), key=lambda one: one.name)
    with path.open("x") as out:
        out.writelines(one.line() for one in contents)
        out.flush()
        os.fsync(out.fileno())
    work.parts.append({"name": FILES, "size": path.stat().st_size, "sm3": archive.digest_of(path)})
    return {"count": len(contents), "bytes": sum(one.size for one in contents)}


def _finish(work: _BackupInProgress, manifest: Manifest) -> None:
    """Sign and write the manifest, and then rename the folder to the backup's final name."""
    signature = crypto.sign(SIGNER, archive.statement(manifest))
    content = {"manifest": manifest, "signature": signature.hex()}
    escrow.write_private(work.folder / archive.MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode())
    epochs = [ledger.epoch_as_json(one) for one in ledger.declared_epochs()]
    archive.keep_epochs(work.repository, epochs)
    fsync_folder(work.folder)
    work.folder.rename(work.folder.with_name(work.id))
    fsync_folder(work.folder.parent)


@transaction.atomic
def _record(work: _BackupInProgress, manifest: Manifest, actor: EventActor) -> Backup:
    row = Backup.objects.create(
        id=new_id(),
        label=work.id,
        kind=manifest["kind"],
        parent=manifest["parent"] or "",
        began_at=manifest["began_at"],
        ended_at=manifest["ended_at"],
        place=str(work.repository),
        size=sum(one["size"] for one in work.parts),
        file_count=manifest["files"]["count"],
        ledger_size=manifest["ledger"]["size"] if manifest["ledger"] else 0,
        key=work.key.hex(),
    )
    announce(events.BackupMade(subject=row.id, backup=row.label, kind=row.kind), actor=actor)
    return row


def _stamp(written: datetime) -> int:
    return round(written.timestamp() * 1_000_000)
