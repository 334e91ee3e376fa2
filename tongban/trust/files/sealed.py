"""The format of a stored content: a header with its sealed key, followed by its encrypted chunks.

    magic "TBF1" (4) | prefix (7) | length of the sealed part (2) | sealed part | zeros to 1024 bytes | chunks

The sealed part contains the content's own key (16), its SM3 (32) and its size (8). It is sealed under a data key of the
platform and bound to the content's name, so a key rotation rewrites only headers. Contents from before this format are
sealed as a whole and have no magic.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import IO
from uuid import uuid4

from tongban.trust.crypto import services as crypto
from tongban.trust.crypto import streams
from tongban.trust.crypto.streams import Tampered
from tongban.trust.files.stores import Missing, Store, StoreUnavailable, workplace
from tongban.trust.files.stores.base import OpenContent

MAGIC = b"TBF1"
HEADER = 1024
PART = ".part"


class IncomingContent:
    """A content that is being received. It is encrypted into a temporary file, which `move_to` moves to the store.

    Nothing is written to disk in clear, and at most two chunks are kept in memory.
    """

    def __init__(self) -> None:
        self.size = 0
        self._key, self._prefix = os.urandom(streams.KEY), os.urandom(streams.PREFIX)
        self._digest = streams.Digest()
        self._sm3: bytes | None = None
        try:
            self.path = workplace() / f"{uuid4().hex}{PART}"
            self._file: IO[bytes] = self.path.open("xb+")
            self._file.seek(HEADER)
        except OSError:
            self._digest.close()
            raise StoreUnavailable from None
        self._sealer = streams.Sealer(self._key, self._prefix, self._file.write, bound_to=MAGIC)

    def write(self, plain: bytes) -> None:
        """Add the next bytes. Raises StoreUnavailable when the disk is full."""
        self.size += len(plain)
        self._digest.update(plain)
        try:
            self._sealer.write(plain)
        except OSError:
            raise StoreUnavailable from None

    def finish(self) -> str:
        """End the content; return its name, which is its keyed digest."""
        if self._sm3 is None:
            self._sealer.finish()
            self._sm3 = self._digest.finish()
        return name_of(self._sm3)

    def chunks(self) -> Iterator[bytes]:
        """Yield the plain content. Call `finish` first."""
        self._file.seek(HEADER)
        return streams.unseal(self._file.read, self._key, self._prefix, bound_to=MAGIC)

    def move_to(self, store: Store) -> None:
        """Write the header, bring the file to disk and move it to the store. Raises StoreUnavailable."""
        name = self.finish()
        assert self._sm3 is not None
        inside = self._key + self._sm3 + self.size.to_bytes(8, "big")
        try:
            self._file.seek(0)
            self._file.write(_header(self._prefix, inside, name))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            raise StoreUnavailable from None
        store.keep(name, self.path)

    def close(self) -> None:
        """Remove the temporary file unless it was moved to the store."""
        self._digest.close()
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)

    def __del__(self) -> None:
        """Clean up when a form is abandoned after its first files."""
        if hasattr(self, "_file"):
            self.close()


def name_of(sm3: bytes) -> str:
    """Return the name of the content with this SM3.

    The name is a keyed digest, since a plain one would reveal that a known document is stored.
    """
    return crypto.pinned_index(sm3.hex(), purpose="file")


def opened(store: Store, name: str) -> Iterator[bytes]:
    """Open a content; return its plain chunks. The first chunk is read before this function returns.

    Raises Missing, or Tampered when the content was changed. A truncated content raises Tampered only when iteration
    reaches its last chunk, which is not yielded.
    """
    source = store.open(name)
    try:
        chunks = _chunks(source, name)
        first = next(chunks, b"")
    except BaseException:
        source.close()
        raise
    return _closing(source, first, chunks)


def rewrapped(store: Store, name: str) -> bool:
    """Reseal the header under the platform's current key; return False for a content in the old format.

    Raises Missing when there is no such content.
    """
    source = store.open(name)
    path = workplace() / f"{uuid4().hex}{PART}"
    try:
        head = source.read(HEADER)
        if not head.startswith(MAGIC):
            return False
        prefix, inside = _open_header(head, name)
        with path.open("xb") as out:
            out.write(_header(prefix, inside, name))
            while piece := source.read(streams.CHUNK):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        store.keep(name, path)
    finally:
        source.close()
        path.unlink(missing_ok=True)
    return True


def _closing(source: OpenContent, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    finally:
        source.close()


def _chunks(source: OpenContent, name: str) -> Iterator[bytes]:
    head = source.read(HEADER)
    if not head.startswith(MAGIC):
        pieces = [head]
        while piece := source.read(streams.CHUNK):
            pieces.append(piece)
        yield crypto.decrypt(b"".join(pieces), bound_to=f"file|{name}".encode())
        return
    prefix, inside = _open_header(head, name)
    key, sm3, size = inside[:16], inside[16:48], int.from_bytes(inside[48:56], "big")
    digest = streams.Digest()
    try:
        for chunk in streams.unseal(source.read, key, prefix, bound_to=MAGIC):
            digest.update(chunk)
            size -= len(chunk)
            yield chunk
        if size or digest.finish() != sm3:
            raise Tampered("a stored content is not the one that was uploaded")
    finally:
        digest.close()


def _header(prefix: bytes, inside: bytes, name: str) -> bytes:
    sealed = crypto.encrypt(inside, bound_to=_bound_to(prefix, name), purpose="files")
    header = MAGIC + prefix + len(sealed).to_bytes(2, "big") + sealed
    if len(header) > HEADER:
        raise ValueError("a sealed key does not fit into the header of a stored content")
    return header.ljust(HEADER, b"\x00")


def _open_header(head: bytes, name: str) -> tuple[bytes, bytes]:
    """Return the prefix and the decrypted part of a header."""
    prefix, length = head[4:11], int.from_bytes(head[11:13], "big")
    inside = crypto.decrypt(head[13 : 13 + length], bound_to=_bound_to(prefix, name))
    if len(inside) != 56:
        raise Tampered("the header of a stored content is not ours")
    return prefix, inside


def _bound_to(prefix: bytes, name: str) -> bytes:
    return b"file|" + name.encode() + b"|" + MAGIC + prefix


__all__ = ["HEADER", "MAGIC", "PART", "IncomingContent", "Missing", "name_of", "opened", "rewrapped"]
