"""Long contents: numbered chunks under SM4-GCM (the STREAM construction), SM3 in passing. The key is given.

Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance"
(CRYPTO 2015). The nonce of a chunk is `prefix (7) | number (4) | last (1)`, so no chunk can be cut off, added,
reordered or put into another content: every content has a key of its own.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from cryptography.hazmat.primitives import hashes

from tongban.trust.crypto import primitives
from tongban.trust.crypto.primitives import Tampered as Tampered

CHUNK = 256 * 1024
"""Bytes of plain text in every chunk but the last."""
TAG = 16
PREFIX = 7
KEY = 16
_MOST_CHUNKS = 2**32


class Sealer:
    """Seals what is written to it, chunk by chunk; a chunk is given to `out` as soon as it is full."""

    def __init__(self, key: bytes, prefix: bytes, out: Callable[[bytes], Any], *, bound_to: bytes = b"") -> None:
        self._key, self._prefix, self._out, self._bound_to = key, prefix, out, bound_to
        self._held = bytearray()
        self._number = 0

    def write(self, plain: bytes) -> None:
        """Take any number of bytes. One chunk is always held back: it may be the last."""
        rest = memoryview(plain)
        while len(self._held) + len(rest) > CHUNK:
            if not self._held:
                self._put(rest[:CHUNK], last=False)
                rest = rest[CHUNK:]
            else:
                missing = CHUNK - len(self._held)
                self._held += rest[:missing]
                rest = rest[missing:]
                if rest:
                    self._put(self._held, last=False)
                    self._held.clear()
        self._held += rest

    def finish(self) -> None:
        """Seal the last chunk, which may be empty."""
        self._put(self._held, last=True)
        self._held.clear()

    def _put(self, plain: bytes | bytearray | memoryview, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last)
        _, ciphertext, tag = primitives.sm4_gcm_encrypt(self._key, plain, self._bound_to, iv=nonce)  # type: ignore[arg-type]
        self._out(ciphertext)
        self._out(tag)
        self._number += 1


def unseal(read: Callable[[int], bytes], key: bytes, prefix: bytes, *, bound_to: bytes = b"") -> Iterator[bytes]:
    """The plain chunks of what `read` gives; Tampered where it was changed, cut or joined. Holds two chunks."""
    number = 0
    current = _read_full(read, CHUNK + TAG)
    while True:
        following = _read_full(read, CHUNK + TAG) if len(current) == CHUNK + TAG else b""
        if len(current) < TAG:
            raise Tampered("a sealed content is cut short")
        nonce = _nonce(prefix, number, last=not following)
        yield primitives.sm4_gcm_decrypt(key, nonce, current[:-TAG], current[-TAG:], bound_to)
        if not following:
            return
        current, number = following, number + 1


class Digest:
    """SM3 over bytes in passing, on a thread of its own: it runs beside the encryption, not after it."""

    def __init__(self) -> None:
        fast = "sm3" in hashlib.algorithms_available
        self._hash: Any = hashlib.new("sm3") if fast else hashes.Hash(hashes.SM3())
        self._thread = ThreadPoolExecutor(1, "sm3")
        self._running: Future[None] | None = None

    def update(self, data: bytes) -> None:
        """Take the next bytes, which must not change afterwards; waits for those before."""
        if self._running:
            self._running.result()
        self._running = self._thread.submit(self._hash.update, data)

    def finish(self) -> bytes:
        """The 32 bytes."""
        if self._running:
            self._running.result()
        self.close()
        return bytes(self._hash.digest() if hasattr(self._hash, "digest") else self._hash.finalize())

    def close(self) -> None:
        """Let the thread go; also for a content that is given up."""
        self._thread.shutdown(wait=False)


def chunks_of(source: Any, size: int = CHUNK) -> Iterator[bytes]:
    """The bytes of a content in pieces: bytes themselves, an open file, or an iterable of bytes."""
    if isinstance(source, bytes | bytearray | memoryview):
        for start in range(0, len(source), size):
            yield bytes(source[start : start + size])
    elif hasattr(source, "read"):
        while piece := source.read(size):
            yield piece
    else:
        pieces: Iterable[bytes] = source
        yield from pieces


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    if number >= _MOST_CHUNKS:
        raise ValueError("a content of more than 2**32 chunks is not sealed under one key")
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _read_full(read: Callable[[int], bytes], size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end: a network stream may give less at a time."""
    piece = read(size)
    if len(piece) in {0, size}:
        return piece
    pieces = [piece]
    missing = size - len(piece)
    while missing and (piece := read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
