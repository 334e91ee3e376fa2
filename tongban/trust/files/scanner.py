"""A small client of the malware scanner clamd (ClamAV), over TCP or a local socket.

    zINSTREAM\\0, then chunks of 4 bytes of length and content, at the end a length of 0
    -> `stream: OK`, `stream: <name> FOUND`, `INSTREAM size limit exceeded. ERROR`

Commands begin with `z` and end with a zero byte; answers end with a zero byte too. The content is sent in clear, so the
scanner must run on the same machine or behind an encrypted connection. Every call takes a limited time. The caller
decides what a missing answer means.
"""

import socket
import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT = 20.0
"""Seconds for one scan in total."""
CHUNK = 64 * 1024
MAX_REPLY_BYTES = 4096
"""Maximum size of an answer in bytes."""


class ScanFailed(Exception):
    """The scanner could not be reached, or did not say whether the content is clean."""


@dataclass(frozen=True)
class Scanner:
    """A scanner that listens on a socket path, or on a host and port."""

    path: str = ""
    host: str = ""
    port: int = 0
    timeout: float = TIMEOUT

    def ping(self) -> None:
        """Raise ScanFailed unless the scanner answers."""
        if self._command("PING") != "PONG":
            raise ScanFailed("PING was not answered with PONG")

    def version(self) -> str:
        """Return the version of program and signatures, e.g. `ClamAV 1.4.1/27512/Sun Jan 5 2026`. Raises ScanFailed."""
        return self._command("VERSION")[:120]

    def scan(self, content: Iterable[bytes]) -> str:
        """Scan a content; return the name of the malware, or an empty text for a clean content. Raises ScanFailed."""
        deadline = time.monotonic() + self.timeout
        try:
            with self._connected(deadline) as line:
                try:
                    self._stream(line, content, deadline)
                except OSError as broken:  # at its size limit it hangs up after sending an answer
                    said = _answer(line, deadline)
                    raise ScanFailed(said or type(broken).__name__) from None
                said = _answer(line, deadline)
        except OSError as failure:
            raise ScanFailed(type(failure).__name__) from None
        return _verdict(said)

    def _stream(self, line: socket.socket, content: Iterable[bytes], deadline: float) -> None:
        line.sendall(b"zINSTREAM\x00")
        for piece in content:
            for start in range(0, len(piece), CHUNK):
                part = piece[start : start + CHUNK]
                _limit(line, deadline)
                line.sendall(struct.pack(">I", len(part)) + part)
        _limit(line, deadline)
        line.sendall(struct.pack(">I", 0))

    def _command(self, name: str) -> str:
        deadline = time.monotonic() + min(self.timeout, 5)
        try:
            with self._connected(deadline) as line:
                line.sendall(f"z{name}\0".encode())
                return _answer(line, deadline)
        except OSError as failure:
            raise ScanFailed(type(failure).__name__) from None

    def _connected(self, deadline: float) -> socket.socket:
        left = max(0.1, deadline - time.monotonic())
        if not self.path:
            return socket.create_connection((self.host, self.port), left)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(left)
        try:
            line.connect(self.path)
        except OSError:
            line.close()
            raise
        return line


def scanner_at(text: str) -> Scanner | None:
    """Parse the setting: empty for no scanner, `tcp://host:port` or `unix:/path`. Raises ValueError."""
    if not text:
        return None
    parts = urlsplit(text)
    with suppress(ValueError):  # an invalid port
        if parts.scheme == "unix" and parts.path.startswith("/"):
            return Scanner(path=parts.path)
        if parts.scheme == "tcp" and parts.hostname and parts.port:
            return Scanner(host=parts.hostname, port=parts.port)
    raise ValueError("TONGBAN_CLAMD must look like tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl.")


def _answer(line: socket.socket, deadline: float) -> str:
    received = b""
    while b"\x00" not in received and len(received) < MAX_REPLY_BYTES:
        _limit(line, deadline)
        piece = line.recv(MAX_REPLY_BYTES)
        if not piece:
            break
        received += piece
    return received.partition(b"\x00")[0].decode(errors="replace").strip()


def _verdict(said: str) -> str:
    """Parse an answer strictly: only `OK` means clean, and only `… FOUND` is a finding. Raises ScanFailed otherwise."""
    _, _, result = said.partition(": ")
    if result == "OK":
        return ""
    if result.endswith(" FOUND"):
        return result.removesuffix(" FOUND")[:120]
    raise ScanFailed(said[:120] or "it hung up")


def _limit(line: socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
