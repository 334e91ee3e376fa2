"""Processor time of other processes on this machine, from /proc."""

import os
from contextlib import suppress
from pathlib import Path

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_of(pid: int) -> float:
    """Return the processor seconds of a process, of all that it started, and of those that have already ended."""
    children: dict[int, list[int]] = {}
    taken: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
                taken[int(entry.name)] = sum(int(field) for field in fields[11:15])
    waiting, ticks = [pid], 0
    while waiting:
        one = waiting.pop()
        ticks += taken.get(one, 0)
        waiting.extend(children.get(one, []))
    return ticks / TICKS


def database_pid() -> int:
    """Return the id of the server process that started the backend of this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend: int = cursor.fetchone()[0]
    return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
