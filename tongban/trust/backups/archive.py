"""The form of a backup on the disk, its manifest, and what is refused about it. No Django.

    FOLDER/backups/ID/manifest.json       facts, digests, the wrapped key; signed by the platform
    FOLDER/backups/ID/database.part       the database, compressed, under the backup's key
    FOLDER/backups/ID/changes.part        PostgreSQL's own manifest, what the next incremental one is compared with
    FOLDER/backups/ID/files.txt           which contents of the file store belong to it
    FOLDER/files/aa/bb/NAME.STAMP         contents as they lie in the store: sealed under the platform's keys
    FOLDER/epochs.json                    every declared epoch of the ledger

A backup is written into `.ID.part` and gets its name when all of it is on the disk, so half of one is never taken for
a whole. A part is `magic | prefix (7) | chunks` under a key of its own, bound to backup and name.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tongban.foundation.disk import write_whole
from tongban.trust.backups.errors import RestoreRefused
from tongban.trust.crypto import primitives, streams
from tongban.trust.crypto.primitives import Tampered
from tongban.trust.ledger import keys

FORM = 1
MAGIC = b"TBB1"
MANIFEST = "manifest.json"
EPOCHS = "epochs.json"
DATABASE, CHANGES, FILES = "database.part", "changes.part", "files.txt"
ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}")
PIECE = 1024 * 1024


class Part:
    """A part of a backup that is being written."""

    def __init__(self, folder: Path, backup: str, name: str, key: bytes) -> None:
        self.name, self.size, self._digest = name, 0, streams.Digest()
        self._file = (folder / name).open("xb")
        prefix = os.urandom(streams.PREFIX)
        self._put(MAGIC + prefix)
        self._sealer = streams.Sealer(_key_of(key, name), prefix, self._put, bound_to=_bound_to(backup, name))

    def write(self, plain: bytes) -> None:
        self._sealer.write(plain)

    def finish(self) -> dict[str, Any]:
        """Bring it to the disk; returns its line in the manifest."""
        self._sealer.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return {"name": self.name, "size": self.size, "sm3": self._digest.finish().hex()}

    def close(self) -> None:
        self._file.close()
        self._digest.close()

    def _put(self, data: bytes) -> None:
        self._digest.update(bytes(data))
        self.size += len(data)
        self._file.write(data)


def read_part(folder: Path, backup: str, name: str, key: bytes) -> Iterator[bytes]:
    """The plain chunks of a part; RestoreRefused where it was changed, cut, or belongs elsewhere."""
    with (folder / name).open("rb") as source:
        try:
            if source.read(len(MAGIC)) != MAGIC:
                raise Tampered("not a part")
            prefix = source.read(streams.PREFIX)
            yield from streams.unseal(source.read, _key_of(key, name), prefix, bound_to=_bound_to(backup, name))
        except Tampered:
            raise RestoreRefused(f"备份 {backup} 的 {name} 打不开：内容被改动过，或不属于这份备份。") from None


@dataclass(frozen=True)
class Backup:
    """A backup on the disk whose manifest was read; nothing of it is believed before `check`."""

    folder: Path
    manifest: dict[str, Any]
    signature: bytes

    @property
    def id(self) -> str:
        return str(self.manifest["id"])

    @property
    def parent(self) -> str | None:
        found = self.manifest["parent"]
        return None if found is None else str(found)

    def check(self, signer: bytes) -> None:
        """RestoreRefused unless the platform signed the manifest and each part is the one that it names."""
        if not keys.verify(signer, statement(self.manifest), self.signature):
            raise RestoreRefused(f"备份 {self.folder.name} 的清单不是本平台签名的，或被改动过，不能使用。")
        if self.id != self.folder.name:
            raise RestoreRefused(f"备份 {self.folder.name} 的清单属于另一份备份 {self.id}，不能使用。")
        for one in self.manifest["parts"]:
            path = self.folder / one["name"]
            if not path.exists():
                raise RestoreRefused(f"备份 {self.id} 缺少 {one['name']}，不完整，不能使用。")
            if path.stat().st_size != one["size"] or digest_of(path) != one["sm3"]:
                raise RestoreRefused(f"备份 {self.id} 的 {one['name']} 与清单不符：内容被改动过或不完整。")

    def files(self) -> Iterator["StoredContent"]:
        """The contents of the file store that belong to it, after `check`."""
        with (self.folder / FILES).open() as source:
            for line in source:
                name, stamp, size, sm3 = line.split()
                yield StoredContent(name, int(stamp), int(size), sm3)


@dataclass(frozen=True)
class StoredContent:
    """A sealed content of the file store as it was at one moment."""

    name: str
    stamp: int
    """When it was written, in microseconds: a header that was sealed again makes another content."""
    size: int
    sm3: str

    def line(self) -> str:
        return f"{self.name} {self.stamp} {self.size} {self.sm3}\n"

    def place(self, repository: Path) -> Path:
        return place_of(repository, self.name, self.stamp)


def place_of(repository: Path, name: str, stamp: int) -> Path:
    return repository / "files" / name[:2] / name[2:4] / f"{name}.{stamp}"


def statement(manifest: dict[str, Any]) -> bytes:
    """The bytes that the platform signs."""
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"tongban-backup/{FORM}\n{text}\n".encode()


def load(folder: Path) -> Backup:
    """RestoreRefused when there is no manifest of our form."""
    try:
        kept = json.loads((folder / MANIFEST).read_text())
        manifest, signature = kept["manifest"], bytes.fromhex(kept["signature"])
        if manifest["form"] != FORM or not ID.fullmatch(manifest["id"]):
            raise ValueError("another form")
        if manifest["parent"] is not None and not ID.fullmatch(manifest["parent"]):
            raise ValueError("a parent that is no backup")
        if {one["name"] for one in manifest["parts"]} - {DATABASE, CHANGES, FILES}:
            raise ValueError("parts that do not belong here")
    except FileNotFoundError:
        raise RestoreRefused(f"{folder} 里没有备份清单（{MANIFEST}），不是一份完整的备份。") from None
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise RestoreRefused(f"备份 {folder.name} 的清单读不懂：{wrong!r}。") from None
    return Backup(folder, manifest, signature)


def finished_backups(repository: Path) -> list[Path]:
    """The folders of finished backups, the oldest first."""
    place = repository / "backups"
    return sorted(one for one in place.iterdir() if ID.fullmatch(one.name)) if place.is_dir() else []


def chain_of(backup: Backup, check: Callable[[Backup], None]) -> list[Backup]:
    """The backup with all that it builds on, the full one first; each is checked before its parent is looked for."""
    found = [backup]
    check(backup)
    while (parent := found[0].parent) is not None:
        if any(one.id == parent for one in found):
            raise RestoreRefused(f"备份 {backup.id} 的清单互相引用，不能使用。")
        folder = backup.folder.with_name(parent)
        if not folder.is_dir():
            raise RestoreRefused(f"增量备份 {backup.id} 依赖的备份 {parent} 不在了，不能恢复。请选另一份。")
        found.insert(0, load(folder))
        check(found[0])
    return found


def epochs_kept(repository: Path) -> list[Any]:
    """The declarations that are kept beside the backups: an older backup than a restore does not have them."""
    path = repository / EPOCHS
    if not path.exists():
        return []
    try:
        return list(json.loads(path.read_text())["epochs"])
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise RestoreRefused(f"{path} 读不懂：{wrong!r}。请从 /ledger/epochs 取一份放回去。") from None


def keep_epochs(repository: Path, epochs: list[Any]) -> None:
    """Keep declarations; none that was kept before is ever dropped."""
    numbers = {one["number"] for one in epochs}
    both = [*epochs, *(one for one in epochs_kept(repository) if one["number"] not in numbers)]
    if both:
        write_whole(repository / EPOCHS, json.dumps({"epochs": both}, ensure_ascii=False, indent=1).encode())


def digest_of(path: Path) -> str:
    """SM3 of a file, in hexadecimal."""
    digest = streams.Digest()
    try:
        with path.open("rb") as source:
            while piece := source.read(PIECE):
                digest.update(piece)
        return digest.finish().hex()
    finally:
        digest.close()


def copied(source: Any, target: Path) -> tuple[int, str]:
    """Copy what is open into a new file, on the disk when this returns; its bytes and SM3. FileExistsError."""
    digest, size = streams.Digest(), 0
    try:
        with target.open("xb") as out:
            while piece := source.read(PIECE):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        return size, digest.finish().hex()
    finally:
        digest.close()


def _key_of(key: bytes, name: str) -> bytes:
    return primitives.hmac_sm3(key, f"part 1|{name}".encode())[: streams.KEY]


def _bound_to(backup: str, name: str) -> bytes:
    return MAGIC + f"|{backup}|{name}".encode()
