"""The layout of backups on disk, their manifest, and its verification. No Django.

    FOLDER/backups/ID/manifest.json       facts, digests, the wrapped key; signed by the platform
    FOLDER/backups/ID/database.part       the database, compressed, encrypted under the backup's key
    FOLDER/backups/ID/changes.part        PostgreSQL's own manifest, the base of the next incremental backup
    FOLDER/backups/ID/files.txt           the contents of the file store that belong to the backup
    FOLDER/files/aa/bb/NAME.STAMP         contents as stored: sealed under the platform's keys
    FOLDER/epochs.json                    every declared epoch of the ledger

A backup is written into `.ID.part` and renamed when all of it is on disk, so that an incomplete backup is never taken
for a complete one. A part is `magic | prefix (7) | chunks`, encrypted under its own key and bound to backup and name.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from tongban.foundation.disk import write_atomically
from tongban.trust.backups.errors import RestoreRefused
from tongban.trust.crypto import primitives, streams
from tongban.trust.crypto.primitives import Tampered
from tongban.trust.ledger import keys

if TYPE_CHECKING:
    from tongban.trust.ledger.queries import HeadJson, ServedEpochJson

FORMAT_VERSION = 1
MAGIC = b"TBB1"
MANIFEST = "manifest.json"
EPOCHS = "epochs.json"
DATABASE, CHANGES, FILES = "database.part", "changes.part", "files.txt"
ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}")
PIECE = 1024 * 1024


class PartJson(TypedDict):
    """A part of a backup in the manifest."""

    name: str
    size: int
    sm3: str


class FilesJson(TypedDict):
    """The number of contents that belong to a backup, and their bytes."""

    count: int
    bytes: int


class EscrowJson(TypedDict):
    """The escrow's public key, and the backup's key encrypted for it; both hexadecimal."""

    key: str
    wrapped: str


class Manifest(TypedDict):
    """The manifest of a backup."""

    form: int
    id: str
    kind: str
    """`full` or `incremental`."""
    parent: str | None
    method: str
    """`cluster` (pg_basebackup) or `dump` (pg_dump)."""
    database: str
    began_at: str
    ended_at: str
    version: str
    migrations: dict[str, str]
    tables: dict[str, list[int]]
    """The minimum and maximum number of rows of each table."""
    ledger: "HeadJson | None"
    parts: list[PartJson]
    files: FilesJson
    escrow: EscrowJson
    index_keys: list[str]


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

    def finish(self) -> PartJson:
        """Bring the part to disk; return its line in the manifest."""
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
    """Yield the plain chunks of a part. Raises RestoreRefused when it was changed, truncated, or belongs elsewhere."""
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
    """A backup whose manifest was read. Its contents must not be trusted before `check`."""

    folder: Path
    manifest: Manifest
    signature: bytes

    @property
    def id(self) -> str:
        return str(self.manifest["id"])

    @property
    def parent(self) -> str | None:
        found = self.manifest["parent"]
        return None if found is None else str(found)

    def check(self, signer: bytes) -> None:
        """Raise RestoreRefused unless the platform signed the manifest and each part matches it."""
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
        """Yield the contents of the file store that belong to the backup. Call `check` first."""
        with (self.folder / FILES).open() as source:
            for line in source:
                name, stamp, size, sm3 = line.split()
                yield StoredContent(name, int(stamp), int(size), sm3)


@dataclass(frozen=True)
class StoredContent:
    """A sealed content of the file store in one version."""

    name: str
    stamp: int
    """When it was written, in microseconds since 1970. A resealed header makes a new version of the content."""
    size: int
    sm3: str

    def line(self) -> str:
        return f"{self.name} {self.stamp} {self.size} {self.sm3}\n"

    def place(self, repository: Path) -> Path:
        """Return the content's path in a backup folder."""
        return place_of(repository, self.name, self.stamp)


def place_of(repository: Path, name: str, stamp: int) -> Path:
    """Return the path of a content in a backup folder."""
    return repository / "files" / name[:2] / name[2:4] / f"{name}.{stamp}"


def statement(manifest: Manifest) -> bytes:
    """Return the bytes that the platform signs."""
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"tongban-backup/{FORMAT_VERSION}\n{text}\n".encode()


def load(folder: Path) -> Backup:
    """Read the manifest of a backup. Raises RestoreRefused when it is missing or malformed."""
    try:
        kept = json.loads((folder / MANIFEST).read_text())
        manifest, signature = kept["manifest"], bytes.fromhex(kept["signature"])
        if manifest["form"] != FORMAT_VERSION or not ID.fullmatch(manifest["id"]):
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
    """Return the folders of finished backups, oldest first."""
    place = repository / "backups"
    return sorted(one for one in place.iterdir() if ID.fullmatch(one.name)) if place.is_dir() else []


def chain_of(backup: Backup, check: Callable[[Backup], None]) -> list[Backup]:
    """Return the backup with all backups that it builds on, the full one first.

    Each is checked with `check` before its parent is looked up. Raises RestoreRefused.
    """
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


def epochs_kept(repository: Path) -> "list[ServedEpochJson]":
    """Return the epoch declarations stored beside the backups. Backups from before a restore do not contain them.

    Raises RestoreRefused when the file cannot be read.
    """
    path = repository / EPOCHS
    if not path.exists():
        return []
    try:
        return list(json.loads(path.read_text())["epochs"])
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise RestoreRefused(f"{path} 读不懂：{wrong!r}。请从 /ledger/epochs 取一份放回去。") from None


def keep_epochs(repository: Path, epochs: "Sequence[ServedEpochJson]") -> None:
    """Store epoch declarations. Those that are stored already are kept."""
    numbers = {one["number"] for one in epochs}
    both = [*epochs, *(one for one in epochs_kept(repository) if one["number"] not in numbers)]
    if both:
        write_atomically(repository / EPOCHS, json.dumps({"epochs": both}, ensure_ascii=False, indent=1).encode())


def digest_of(path: Path) -> str:
    """Return the SM3 of a file in hexadecimal."""
    digest = streams.Digest()
    try:
        with path.open("rb") as source:
            while piece := source.read(PIECE):
                digest.update(piece)
        return digest.finish().hex()
    finally:
        digest.close()


def copied(source: streams.SupportsRead, target: Path) -> tuple[int, str]:
    """Copy an open file into a new file and bring it to disk; return its size in bytes and its SM3 in hexadecimal.

    Raises FileExistsError when the target exists.
    """
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
