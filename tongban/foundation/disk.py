"""Durable file writes that survive a power failure. No Django."""

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes | bytearray, *, mode: int = 0o666) -> None:
    """Replace a file atomically: readers see the complete old content or the complete new content.

    A new file gets `mode`, less what the process's umask takes away.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)  # left by a killed process of the same number, perhaps with another mode
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(path)
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk. A renamed file is durable only after its folder has been flushed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
