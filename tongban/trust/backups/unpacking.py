"""Unpacks a backup: the database into an unused data folder, contents into a folder store.

Used by restores and drills. No Django.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from tongban.foundation.operations import postgres
from tongban.trust.backups import programs
from tongban.trust.backups.archive import DATABASE, Backup, StoredContent, copied, read_part
from tongban.trust.backups.errors import RestoreRefused

KeyOf = Callable[[Backup], bytes]


def database(chain: list[Backup], key_of: KeyOf, folder: Path) -> postgres.Server:
    """Restore the database and start its server in `folder`. The caller must detach from the server.

    Raises RestoreRefused.
    """
    method = chain[-1].manifest["method"]
    if method == "cluster":
        _lay_cluster(chain, key_of, postgres.places_for(folder))
        return postgres.attach(folder)
    server = postgres.attach(folder)
    try:
        name = str(chain[-1].manifest["database"])
        server.create_database(name)
        programs.restore_dump(server.owner_url_of(name), dump_of(chain[-1], key_of(chain[-1])))
    except BaseException:
        server.detach()
        raise
    return server


def dump_of(backup: Backup, key: bytes) -> Iterable[bytes]:
    """Yield the decrypted, uncompressed database of a backup."""
    return programs.expanded(read_part(backup.folder, backup.id, DATABASE, key))


def contents(wanted: Iterable[StoredContent], repository: Path, store: Path, *, quick: bool = False) -> None:
    """Copy contents into a folder store and verify their digests.

    With `quick`, only their sizes are checked and nothing is copied. Raises RestoreRefused.
    """
    for one in wanted:
        source = one.place(repository)
        if not source.exists() or source.stat().st_size != one.size:
            raise RestoreRefused(f"备份里缺少文件内容 {one.name[:12]}…，或它不完整。请检查备份目录是否完整。")
        if not quick:
            _copy(one, source, store / one.name[:2] / one.name[2:4] / one.name)


def _copy(one: StoredContent, source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as there:
        _, sm3 = copied(there, target)
    if sm3 != one.sm3:
        raise RestoreRefused(f"文件内容 {one.name[:12]}… 与清单不符：内容被改动过。")


def _lay_cluster(chain: list[Backup], key_of: KeyOf, places: postgres.Places) -> None:
    """Unpack each backup of the chain, combine them, and move the result to its place."""
    home = places.data.parent
    laid: list[Path] = []
    try:
        for number, backup in enumerate(chain):
            folder = home / f"restoring-{number}"
            folder.mkdir(mode=0o700)
            laid.append(folder)
            programs.unpack(dump_of(backup, key_of(backup)), folder)
            _hand_to(folder, places)
        whole = laid[0]
        if len(laid) > 1:
            whole = home / "restoring-whole"
            programs.combine(places, laid, whole)
        whole.chmod(0o700)
        if not (whole / "PG_VERSION").exists():
            raise RestoreRefused("备份里没有 PostgreSQL 的数据目录，不能恢复。")
        whole.rename(places.data)
    finally:
        for folder in (*laid, home / "restoring-whole"):
            shutil.rmtree(folder, ignore_errors=True)


def _hand_to(folder: Path, places: postgres.Places) -> None:
    if os.geteuid() == 0:
        for place in [folder, *folder.rglob("*")]:
            os.chown(place, places.uid, places.gid, follow_symlinks=False)
