"""Runs `structure` in a separate process with limits of memory and time."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from tongban.foundation.errors import DomainError

TIMEOUT = 30
"""Seconds of elapsed time for one file. Its processor time is limited to much less."""
_AT_ONCE = BoundedSemaphore(2)
"""Limits how many files one process examines at a time, since each may need a gigabyte of memory."""
_PASSIVE: dict[bytes, None] = {}
"""Digests of contents that were recently found passive, since the same file is often uploaded several times."""
_REMEMBERED = 1000
_PROGRAM = str(Path(__file__).with_name("structure.py"))


class TooBusy(DomainError):
    code = "examination-busy"
    status = 503
    message = "现在上传的人多，文件还没有检查完，没有收下。已填写的内容都还在，请过几分钟再上传。"


def verdict(content: bytes) -> str:
    """Return the verdict of `structure`, or `too-complex` when the limits were reached. Raises TooBusy."""
    digest = sha256(content).digest()
    if digest in _PASSIVE:
        return "passive"
    if not _AT_ONCE.acquire(timeout=TIMEOUT):
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
    """Run the program with -I and an empty environment, so that it sees no secrets and imports nothing unexpected."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", _PROGRAM],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            env={},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "too-complex"
    return done.stdout.decode("ascii", "replace") if done.returncode == 0 else "too-complex"
