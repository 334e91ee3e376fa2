"""Runs PostgreSQL's own programs and streams their input and output. No Django."""

import os
import re
import shutil
import subprocess
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

import psycopg

from tongban.foundation.operations.postgres import Places
from tongban.foundation.operations.postgres import programs as bundled
from tongban.trust.backups.errors import BackupRefused, RestoreRefused

Write = Callable[[bytes], object]
PIECE = 1024 * 1024
OWN_MANIFEST = "backup_manifest"


def copy_cluster(url: str, write: Write, *, since: Path | None = None) -> bytes:
    """Stream the whole cluster as a tar archive; return PostgreSQL's manifest, which the archive contains.

    `since` is an earlier manifest; then only blocks changed since are copied. Raises BackupRefused.
    """
    command = [
        str(bundled() / "pg_basebackup"), "-d", url, "-D", "-", "-F", "t", "-X", "fetch", "-c", "fast", "--no-password",
        *([f"--incremental={since}"] if since else []),
    ]  # fmt: skip
    watcher = _ManifestPicker()

    def take(piece: bytes) -> None:
        write(piece)
        watcher.write(piece)

    try:
        _stream(command, take)
    finally:
        watcher.close()
    if watcher.found is None:
        raise BackupRefused("pg_basebackup 的输出里没有清单，备份没有完成。请再试一次。")
    return watcher.found


def dump_database(url: str, snapshot: str, write: Write) -> None:
    """Stream a dump of one database, taken with an exported snapshot. Raises BackupRefused."""
    with psycopg.connect(url) as connection:
        version = connection.info.server_version // 10000
    command = [str(_client("pg_dump", version)), "--dbname", url, "--format=custom", "--compress=0", "--no-password"]
    _stream([*command, f"--snapshot={snapshot}"], write)


def restore_dump(url: str, chunks: Iterable[bytes]) -> None:
    """Load a dump into an empty database in one transaction, without its owners and privileges.

    Raises RestoreRefused.
    """
    with psycopg.connect(url) as connection:
        version = connection.info.server_version // 10000
    command = [
        str(_client("pg_restore", version)), "--dbname", url, "--no-owner", "--no-privileges", "--single-transaction",
        "--exit-on-error", "--no-password",
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()) as process:
        said = _ErrorOutput(cast("IO[bytes]", process.stderr))
        entrance = cast("IO[bytes]", process.stdin)
        with suppress(BrokenPipeError):
            for chunk in chunks:
                entrance.write(chunk)
        with suppress(BrokenPipeError):
            entrance.close()
        if process.wait():
            raise RestoreRefused(f"pg_restore 没有完成：{said.tail()}")


def combine(places: Places, folders: list[Path], target: Path) -> None:
    """Combine a full backup and its incremental ones into one data folder. Raises RestoreRefused."""
    command = [str(places.binaries / "pg_combinebackup"), *map(str, folders), "-o", str(target)]
    done = subprocess.run(command, capture_output=True, env=_environment(), cwd="/", check=False, **places.as_user)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-400:]
        raise RestoreRefused(f"增量备份合并不起来（pg_combinebackup）：{said}")


def unpack(chunks: Iterable[bytes], folder: Path) -> None:
    """Unpack a tar archive. Raises RestoreRefused when it is damaged or has a name that leads out of the folder."""
    try:
        with tarfile.open(mode="r|", fileobj=cast("IO[bytes]", _IteratorFile(chunks)), bufsize=PIECE) as archive:
            archive.extractall(folder, filter="data")
    except tarfile.TarError as wrong:
        raise RestoreRefused(f"备份里的数据库读不出来：{wrong}。") from None


def compressed(write: Write) -> tuple[Callable[[bytes], None], Callable[[], None]]:
    """Return (write, finish) functions that compress and pass on; database pages shrink to about a fifth."""
    packer = zlib.compressobj(1)

    def finish() -> None:
        write(packer.flush())

    def take(piece: bytes) -> None:
        if out := packer.compress(piece):
            write(out)

    return take, finish


def expanded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield uncompressed pieces of at most PIECE bytes. Raises RestoreRefused when the end is missing."""
    packer = zlib.decompressobj()
    for chunk in chunks:
        rest = chunk
        while rest:
            if out := packer.decompress(rest, PIECE):
                yield out
            rest = packer.unconsumed_tail
    if out := packer.flush():
        yield out
    if not packer.eof:
        raise RestoreRefused("备份里的数据库不完整。")


def _stream(command: list[str], write: Write) -> None:
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    ) as process:
        said = _ErrorOutput(cast("IO[bytes]", process.stderr))
        try:
            while piece := cast("IO[bytes]", process.stdout).read(PIECE):
                write(piece)
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise BackupRefused(f"{Path(command[0]).name} 没有完成：{said.tail()}")


def _client(name: str, version: int) -> Path:
    """Return a client program for a server of this major version: the system's, which supports TLS, or the bundled one.

    Raises BackupRefused when neither is new enough.
    """
    if (found := shutil.which(name)) and _major(Path(found)) >= version:
        return Path(found)
    own = bundled() / name
    if own.exists() and _major(own) >= version:
        return own
    raise BackupRefused(
        f"这台机器上没有适合 PostgreSQL {version} 的 {name}。请安装 postgresql-client-{version}，再试一次。"
    )


def _major(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"(\d+)", said.rpartition("PostgreSQL)")[2] or said)
    return int(number[1]) if number else 0


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith("PG")}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", **kept}


class _ErrorOutput:
    """Reads a program's error output in a thread, so that the program never blocks on it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._lines: list[bytes] = []
        self._thread = threading.Thread(target=lambda: self._lines.extend(source), daemon=True)
        self._thread.start()

    def tail(self) -> str:
        self._thread.join(5)
        return b"".join(self._lines[-4:]).decode(errors="replace").strip().replace("\n", "；")[-400:]


class _ManifestPicker:
    """Extracts PostgreSQL's manifest from a tar archive while the archive is streamed."""

    def __init__(self) -> None:
        self.found: bytes | None = None
        out, self._in = os.pipe()
        self._thread = threading.Thread(target=self._read, args=(out,), daemon=True)
        self._thread.start()
        self._open = True

    def write(self, piece: bytes) -> None:
        if self._open:
            rest = memoryview(piece)
            try:
                while rest:
                    rest = rest[os.write(self._in, rest) :]
            except BrokenPipeError:
                self._open = False

    def close(self) -> None:
        os.close(self._in)
        self._thread.join()

    def _read(self, handle: int) -> None:
        with os.fdopen(handle, "rb") as source, suppress(tarfile.TarError):
            with tarfile.open(mode="r|", fileobj=source, bufsize=PIECE) as archive:
                for member in archive:
                    if member.name.removeprefix("./") == OWN_MANIFEST:
                        content = archive.extractfile(member)
                        self.found = content.read() if content else None
            while source.read(PIECE):  # read the padding as well, so that the writer does not find the pipe closed
                pass


class _IteratorFile:
    """Presents an iterator of bytes as an open file."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._held = iter(chunks), b""

    def read(self, size: int) -> bytes:
        while len(self._held) < size:
            following = next(self._chunks, None)
            if following is None:
                break
            self._held += following
        given, self._held = self._held[:size], self._held[size:]
        return given
