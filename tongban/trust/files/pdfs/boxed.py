"""Runs `structure` in a process of its own, with limits of memory and time, and says what it found."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from tongban.foundation.errors import DomainError

PATIENCE = 30
"""Seconds for one file, whatever else the machine does; its own processor time is limited to far less."""
_AT_ONCE = BoundedSemaphore(2)
"""Files that one process of the platform has examined at a time: each may take a gigabyte."""
_PASSIVE: dict[bytes, None] = {}
"""Digests of contents that were found passive lately: the same form is often handed in again and again."""
_REMEMBERED = 1000
_PROGRAM = str(Path(__file__).with_name("structure.py"))


class TooBusy(DomainError):
    code = "examination-busy"
    status = 503
    message = "现在上传的人多，文件还没有检查完，没有收下。已填写的内容都还在，请过几分钟再上传。"


def verdict(content: bytes) -> str:
    """One word, as `structure` says; `too-complex` for a file that its limits did not suffice for."""
    digest = sha256(content).digest()
    if digest in _PASSIVE:
        return "passive"
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise TooBusy
    try:
        word = _run(content)
        if word == "passive":
            if len(_PASSIVE) >= _REMEMBERED:
                _PASSIVE.clear()
            _PASSIVE[digest] = None
        return word
    finally:
        _AT_ONCE.release()


def _run(content: bytes) -> str:
    """-I and no environment: the program sees no secrets, and nothing that lies about changes what it imports."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", _PROGRAM],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            env={},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "too-complex"
    return done.stdout.decode("ascii", "replace") if done.returncode == 0 else "too-complex"
