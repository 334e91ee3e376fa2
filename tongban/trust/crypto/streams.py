"""Encrypts long contents in numbered SM4-GCM chunks (the STREAM construction), and digests with SM3 on the way.

Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance"
(CRYPTO 2015). The nonce of a chunk is `prefix (7) | number (4) | last (1)`, and every content has its own key. So no
chunk can be removed, added, reordered or moved to another content without being noticed. The caller provides the key.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from cryptography.hazmat.primitives import hashes

from tongban.trust.crypto import primitives
from tongban.trust.crypto.primitives import Tampered as Tampered

CHUNK = 256 * 1024
"""Bytes of plain text in every chunk except the last."""
TAG = 16
PREFIX = 7
KEY = 16
_MAX_CHUNKS = 2**32


class SupportsRead(Protocol):
    """An open file."""

    def read(self, size: int, /) -> bytes: ...


class Sealer:
    """Seals what is written to it, and passes each chunk to `out` as soon as it is full."""

    def __init__(self, key: bytes, prefix: bytes, out: Callable[[bytes], object], *, bound_to: bytes = b"") -> None:
        self._key, self._prefix, self._out, self._bound_to = key, prefix, out, bound_to
        self._held = bytearray()
        self._number = 0

    def write(self, plain: bytes) -> None:
        """Seal any number of bytes. One chunk is always held back, since it may be the last."""
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

    def _put(self, plain: primitives.Buffer, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last)
        _, ciphertext, tag = primitives.sm4_gcm_encrypt(self._key, plain, self._bound_to, iv=nonce)
        self._out(ciphertext)
        self._out(tag)
        self._number += 1


def unseal(read: Callable[[int], bytes], key: bytes, prefix: bytes, *, bound_to: bytes = b"") -> Iterator[bytes]:
    """Yield the plain chunks of a sealed content that `read` returns. Keeps at most two chunks in memory.

    Raises Tampered at the first chunk that was changed, and where the content was truncated or extended.
    """
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
    """Computes SM3 over a stream in its own thread, in parallel with the encryption."""

    def __init__(self) -> None:
        self._update: Callable[[bytes], None]
        self._finish: Callable[[], bytes]
        if "sm3" in hashlib.algorithms_available:
            fast = hashlib.new("sm3")
            self._update, self._finish = fast.update, fast.digest
        else:
            slow = hashes.Hash(hashes.SM3())
            self._update, self._finish = slow.update, slow.finalize
        self._thread = ThreadPoolExecutor(1, "sm3")
        self._running: Future[None] | None = None

    def update(self, data: bytes) -> None:
        """Add the next bytes, which must not change afterwards. Waits until the previous bytes are digested."""
        if self._running:
            self._running.result()
        self._running = self._thread.submit(self._update, data)

    def finish(self) -> bytes:
        """Return the digest, 32 bytes, and end the thread."""
        if self._running:
            self._running.result()
        self.close()
        return self._finish()

    def close(self) -> None:
        """End the thread; needed for an abandoned content as well."""
        self._thread.shutdown(wait=False)


def chunks_of(source: primitives.Buffer | SupportsRead | Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """Yield a content in pieces. `source` is bytes, an open file, or an iterable of bytes, whose items are kept."""
    if isinstance(source, bytes | bytearray | memoryview):
        for start in range(0, len(source), size):
            yield bytes(source[start : start + size])
    elif hasattr(source, "read"):
        while piece := source.read(size):
            yield piece
    else:
        yield from source


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    if number >= _MAX_CHUNKS:
        raise ValueError("a content of more than 2**32 chunks is not sealed under one key")
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _read_full(read: Callable[[int], bytes], size: int) -> bytes:
    """Read exactly `size` bytes, or fewer at the end. A network stream may return less at a time."""
    piece = read(size)
    if len(piece) in {0, size}:
        return piece
    pieces = [piece]
    missing = size - len(piece)
    while missing and (piece := read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
